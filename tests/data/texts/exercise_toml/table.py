[thresholds.share]
value = 0.95
direction = "higher"
best = 1.0
mean = 0.98
spread = 0.005
seeds = 100
attempts = 3
false_failure = 2.57e-05
method = "normal limit"
