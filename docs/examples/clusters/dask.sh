#!/bin/bash
# Starts a scheduler of Dask, or a worker with a thread for each processor: both speak TLS alone.
#     dask.sh scheduler
#     dask.sh worker tls://HOST:8786
# The folder CERTIFICATES has ca.pem, cert.pem and key.pem, readable by their owner alone.
set -eu
: "${CERTIFICATES:?name the folder with ca.pem, cert.pem and key.pem}"
kind=$1
shift
tls=(--tls-ca-file "$CERTIFICATES/ca.pem" --tls-cert "$CERTIFICATES/cert.pem"
    --tls-key "$CERTIFICATES/key.pem")
export DASK_DISTRIBUTED__COMM__REQUIRE_ENCRYPTION=true
# A lost worker is reported at once: the store decides how often a job is tried.
export DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES=0
# Without these addresses, pages about the cluster are open to all machines.
pages=(--dashboard-address 127.0.0.1:0 --no-dashboard)
case $kind in
    scheduler) exec dask scheduler --protocol tls --port 8786 "${tls[@]}" "${pages[@]}" "$@" ;;
    worker) exec dask worker "$@" --nthreads "$(nproc)" --no-nanny "${tls[@]}" "${pages[@]}" ;;
    *) echo "expected: dask.sh scheduler, or dask.sh worker ADDRESS" >&2; exit 2 ;;
esac
