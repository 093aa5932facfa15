"""Figures of the unit on language models."""

from __future__ import annotations

from docs.figures.drawing import Drawing
from docs.figures.registry import figure


@figure("language_models/ngram/back_off.svg")
def back_off() -> Drawing:
    """Draw how a model backs off to shorter histories."""
    d = Drawing(
        "Backing off to shorter histories",
        "A trigram model after the words opened their. The count of the trigram opened their w "
        "is looked up first. If it is 0, the count of the bigram their w is used, and if that "
        "is 0 too, the count of the word w alone. Every step forgets the first word of the "
        "history.",
        232,
    )
    for i, (history, used, name) in enumerate(
        (
            (("opened", "their"), 2, "3-gram"),
            (("opened", "their"), 1, "2-gram"),
            (("opened", "their"), 0, "1-gram"),
        )
    ):
        y = 36.0 + 76 * i
        d.text(10, y, name, "small quiet", "start")
        for j, word in enumerate(history):
            kept = len(history) - j <= used
            d.box(108 + 82 * j, y, 74, 30, word, "on" if kept else "off")
        d.box(272, y, 74, 30, "w ?", "gate")
        if i < 2:
            d.arrow((190, y + 18), (190, y + 56))
            d.text(202, y + 38, "never seen: forget the first word", "small", "start")
        texts = ("P(w | opened their)", "P(w | their)", "P(w)")
        d.text(322, y, texts[i], "formula", "start")
    return d


@figure("language_models/window_lm/window.svg")
def fixed_window() -> Drawing:
    """Draw the language model with a fixed window."""
    d = Drawing(
        "A language model with a fixed window",
        "The words clock the students opened their. The last four are in the window, n = 4. "
        "Their vectors are concatenated to e_t, one hidden layer with tanh gives h_t, then a "
        "softmax over the vocabulary follows for the next word. Words before the window, such "
        "as clock, have no effect.",
        268,
    )
    words = ("clock", "the", "students", "opened", "their")
    for i, word in enumerate(words):
        x = 56.0 + 92 * i
        d.box(x, 246, 82, 28, word, "on" if i else "off")
        if i:
            d.arrow((x, 232), (x, 202))
            d.matrix(x - 36, 180, 1, 4, 18, "on")
    d.line((112, 168), (112, 162), (460, 162), (460, 168))
    d.text(10, 174, "e_t: 4 vectors", "small", "start")
    d.arrow((286, 162), (286, 138))
    d.box(286, 122, 170, 30, "h_t = tanh(e_t W + b_1)", "box", words="formula")
    d.arrow((286, 106), (286, 82))
    d.box(286, 66, 170, 30, "softmax(h_t U + b_2)", "box", words="formula")
    d.arrow((286, 50), (286, 30))
    d.text(286, 18, "books   laptops   exams …", "strong")
    d.text(56, 216, "no effect", "small quiet")
    return d


@figure("language_models/rnn/unrolled.svg")
def unrolled() -> Drawing:
    """Draw a recurrent layer as a loop and unrolled."""
    d = Drawing(
        "A recurrent layer, and the same layer unrolled",
        "Left: a box with an arrow back to itself. Right: a chain of four copies of the box, "
        "one per time step, with the same weights W_x and W_h. Each reads its input and "
        "the state of the step before, and returns the next state.",
        190,
    )
    d.box(56, 96, 56, 36, "RNN", "on")
    d.arrow((84, 90), (108, 90), (108, 54), (40, 54), (40, 78))
    d.arrow((56, 158), (56, 114))
    d.text(56, 170, "x_t", "formula")
    d.text(112, 70, "h_{t−1}", "formula small", "start")
    d.text(128, 97, "=", "strong")
    d.text(154, 97, "h_0", "formula")
    for t in range(4):
        x = 206.0 + 80 * t
        d.box(x, 96, 46, 36, "RNN", "on")
        d.arrow((x - (57 if t else 40), 96), (x - 23, 96))
        d.arrow((x, 158), (x, 114))
        d.arrow((x, 78), (x, 46))
        d.text(x, 170, f"x_{t + 1}", "formula")
        d.text(x, 34, f"h_{t + 1}", "formula")
        d.text(x - (42 if t else 37), 82, "W_h", "small formula")
        d.text(x + 16, 138, "W_x", "small formula")
    return d


@figure("language_models/rnn_lm/truncation.svg")
def truncation() -> Drawing:
    """Draw truncated backpropagation through time."""
    d = Drawing(
        "Truncated backpropagation through time",
        "A long text is read in chunks of three steps. The state goes on from chunk to chunk, "
        "drawn as solid arrows. Gradients, drawn as dashed arrows, go back to the start of "
        "their chunk and stop there.",
        184,
    )
    for t in range(6):
        x = 52.0 + 74 * t + (14 if t > 2 else 0)
        d.circle(x, 100, 18, f"h_{t + 1}", "on", "formula")
        d.arrow((x, 152), (x, 118))
        d.text(x, 164, f"x_{t + 1}", "formula")
        gap = 88 if t == 3 else 74
        if t:
            d.arrow((x - gap + 18, 94), (x - 18, 94), style="first")
        if t % 3:
            d.arrow((x - 18, 107), (x - gap + 18, 107), style="second")
    d.line((244, 40), (244, 172), style="faint")
    d.text(126, 26, "chunk 1", "strong")
    d.text(362, 26, "chunk 2", "strong")
    d.text(244, 26, "stop", "small quiet")
    d.line((30, 54), (58, 54), style="first")
    d.text(64, 54, "state", "small", "start")
    d.line((118, 54), (146, 54), style="second")
    d.text(152, 54, "gradient", "small", "start")
    return d


@figure("language_models/sentence_encoder/pooling.svg")
def pooling() -> Drawing:
    """Draw three ways to make one vector of all states."""
    d = Drawing(
        "One vector for a sentence: final state, maximum, mean",
        "Five states of a recurrent layer. Final: only the last state is taken, and an early "
        "word is many steps away. Max and mean: every state is one step away from the vector "
        "z.",
        206,
    )
    for i, name in enumerate(("final", "max or mean")):
        left = 30.0 + 238 * i
        d.text(left + 92, 18, name, "strong")
        top = (left + 92, 58.0)
        for t, word in enumerate(("the", "film", "was", "not", "dull")):
            x = left + 46 * t
            d.circle(x, 140, 14, f"h_{t + 1}", "on", "formula small")
            d.text(x, 184, word, "small")
            d.arrow((x, 174), (x, 155))
            if t:
                d.arrow((x - 32, 140), (x - 14, 140))
            if i or t == 4:
                d.arrow((x, 125), (top[0] + (x - top[0]) * 0.18, top[1] + 17))
        d.circle(*top, 16, "z", "good", "formula")
    d.line((248, 30), (248, 190), style="faint")
    return d


@figure("language_models/conditional_lm/encoder_decoder.svg")
def encoder_decoder() -> Drawing:
    """Draw an encoder and the decoder that is conditioned on its vector."""
    d = Drawing(
        "Encoder and decoder",
        "Left, an encoder reads the input words and returns the vector c. Right, a recurrent "
        "language model writes the output. c sets its first state and is added to every word "
        "vector. Each word that is written is the input of the next step.",
        220,
    )
    for t in range(3):
        x = 40.0 + 52 * t
        d.box(x, 110, 36, 32, "", "box")
        d.arrow((x, 164), (x, 126))
        d.text(x, 178, f"x_{t + 1}", "formula")
        if t:
            d.arrow((x - 34, 110), (x - 18, 110))
    d.text(92, 204, "encoder", "small quiet")
    d.arrow((162, 110), (186, 110))
    d.circle(202, 110, 16, "c", "gate", "formula")
    inputs, outputs = ("START", "y_1", "y_2"), ("y_1", "y_2", "END")
    d.arrow((218, 110), (252, 110))
    d.text(236, 96, "h_0", "small formula")
    for t in range(3):
        x = 276.0 + 78 * t
        d.box(x, 110, 46, 32, f"h_{t + 1}", "on", words="formula")
        d.arrow((x, 164), (x, 126))
        d.text(x, 178, inputs[t], "formula" if t else "small")
        d.arrow((x, 94), (x, 62))
        d.text(x, 48, outputs[t], "formula" if t < 2 else "small")
        if t:
            d.arrow((x - 55, 110), (x - 23, 110))
    d.line((202, 126), (202, 146), (424, 146), style="second")
    for t in range(3):
        d.arrow((268.0 + 78 * t, 146), (268.0 + 78 * t, 127), style="second")
    d.text(352, 204, "decoder: a language model", "small quiet")
    return d
