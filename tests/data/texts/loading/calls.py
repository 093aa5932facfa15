class Cell:
    '''A cell.'''

    def run(self): return helper()
    value = staticmethod(lambda: 1)

def helper(): return Gate()

class Gate:
    def __init__(self):
        self.line = __import__("sys")._getframe().f_lineno

def apart(): pass
