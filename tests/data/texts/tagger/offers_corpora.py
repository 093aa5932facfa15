
from plugins.lectures.formats.conll import read_conll
from framework.data.corpus_entry import CorpusEntry, CorpusFile
from framework.data.tagged import TaggedCorpus
from framework.data.vocabulary import Vocabulary
from framework.hookspecs import hookimpl

@hookimpl
def register_corpora():
    files = (CorpusFile("all", ("eng.train",)),)
    return [
        CorpusEntry("moods", "tagged_sentences", f"{__file__}:moods", best_score=0.8, files=files),
        CorpusEntry("wrong", "tagged_sentences", "plugins.lectures.languages.sentiment:corpus"),
    ]

def moods(files):
    texts = read_conll(files["all"])
    words = Vocabulary.from_texts(text.words for text in texts)
    return TaggedCorpus("moods", texts[4:], texts[2:4], words, test=texts[:2])
