"""Positions, training, networks of attention and of blocks, and adapted layers.

decoder_block.py         a block that also attends to the words of a source
fine_tuning.py           a classifier on a pretrained encoder
induction.py             a network of attention alone, which recalls
lora.py                  a trained layer that two thin matrices adapt
masked_lm.py             a masked language model of blocks
positions.py             vectors and rotations for positions
speculative_decoding.py  text drafted by one model and accepted by another; constrained text
transformer_lm.py        the language model of transformer blocks
warmup_and_decay.py      learning rates with a warmup, AdamW, and micro-batches
"""
