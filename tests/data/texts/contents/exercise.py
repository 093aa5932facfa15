title = "T"
lecture = "none"
points = 1
requires = [{}]
[time]
call = 1
total = 1
[[tasks]]
name = "{}"
kind = "function"
