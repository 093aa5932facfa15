
    import threading

    from framework.models.parts import part

    def doubled(x):
        results = []
        thread = threading.Thread(target=lambda: results.append(part("cell")(2).forward(x)))
        thread.start()
        thread.join()
        return results[0]
