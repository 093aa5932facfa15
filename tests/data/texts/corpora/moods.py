
from framework.data.corpus_entry import CorpusFile

@hookimpl
def register_corpora():
    files = (CorpusFile("train", ("moods.train", "train.txt")),)
    return [
        CorpusEntry("moods", "tagged_sentences", "moods:load", "moods of poems", 0.9, files, "CC0"),
        CorpusEntry("verse", "text", "moods:load", best_score="as loaded"),
    ]
