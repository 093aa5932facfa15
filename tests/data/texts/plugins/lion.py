
@hookimpl
def register_implementations():
    return [Implementation("optimizer", name, "week3", "m:A") for name in ("lion", "tiger")]

@hookimpl
def register_corpora():
    return [CorpusEntry("poems", "text", "m:f")]

@hookimpl
def register_sandboxes():
    return {"glass": "m:Glass"}

@hookimpl
def register_reporters():
    return {"haiku": "m:haiku"}

@hookimpl
def add_commands(app):
    @app.command()
    def roar_loudly():
        pass

@hookimpl
def submission_graded(report):
    pass
