from framework.data.corpus_entry import CorpusEntry
from framework.hookspecs import hookimpl
from framework.providers.registry import Implementation

seen = []


@hookimpl
def register_implementations():
    return (Implementation("optimizer", name, "every", "every:sgd") for name in ("sgd", "adam"))


@hookimpl
def register_corpora():
    return [CorpusEntry("poems", "text", "every:poems")]


@hookimpl
def register_courses():
    from framework.course.folder import public_course_folder

    return [public_course_folder()]


@hookimpl
def register_sandboxes():
    return {"glass": "every:Glass"}


@hookimpl
def register_reporters():
    return {"haiku": "every:haiku"}


@hookimpl
def student_implementations(folder):
    return [Implementation("model", "rnn", "student", f"{folder}/rnn.py:RNN")]


@hookimpl
def add_commands(app):
    app.command("purr")(grade_submission)


@hookimpl
def grade_submission(request):
    return f"report on {request}"


@hookimpl
def submission_graded(report):
    seen.append(report)


@hookimpl
def register_gradebooks():
    return {"slate": "every:slate"}


@hookimpl
def adjust_points(points):
    return f"{points} more"


@hookimpl
def similar_pairs(comparison):
    return [(comparison, "other", 1.0)]
