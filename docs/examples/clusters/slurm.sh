#!/bin/bash
#SBATCH --job-name=gradus
#SBATCH --array=0-39
#SBATCH --cpus-per-task=4
#SBATCH --mem=12G
#SBATCH --time=02:00:00
#SBATCH --requeue
# One shard of a plan. Before: `gradus class grade "$COLLECTION" --plan`. After all of them:
# `gradus class merge "$COLLECTION"`. The collection and the course are on a file system that all
# nodes see. A shard that is started again grades what is left.
set -eu
: "${COLLECTION:?name the folder of the collection: sbatch --export=COLLECTION=/path slurm.sh}"
exec gradus class grade "$COLLECTION" --jobs "$SLURM_CPUS_PER_TASK" \
    --shard "$SLURM_ARRAY_TASK_ID/$SLURM_ARRAY_TASK_COUNT"
