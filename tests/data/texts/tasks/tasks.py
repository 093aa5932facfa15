
[[tasks]]
name = "walk"
kind = "function"

[[tasks]]
name = "run"
kind = "function"
optional = true
