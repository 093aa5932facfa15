
written = 0
try:
    for number in range(40):
        with open(f"f{number}", "wb") as file:
            written += file.write(bytes(1 << 20))
except OSError:
    pass
print(written >> 20)
