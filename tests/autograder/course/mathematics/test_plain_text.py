"""Formulas as a terminal shows them: real ones of the course, and LaTeX that is wrong."""

from __future__ import annotations

import pytest

from autograder.course.mathematics.plain_text import FormulaError, plain_formula


@pytest.mark.parametrize(
    ("latex", "text"),
    [
        (r"h_t = \tanh(x_t W_x + h_{t-1} W_h + b)", "h_t = tanh(x_t W_x + h_{t−1} W_h + b)"),
        (r"\tilde h_t = r_t \odot h_{t-1}", "h̃_t = r_t ⊙ h_{t−1}"),
        (r"\frac{\partial J}{\partial W} = \sum_n x_n \delta_n^\top", "∂J/∂W = Σ_n x_n δ_nᵀ"),
        (r"W_{\mathrm{hh}} \in \mathbb{R}^{N \times D}", "W_hh ∈ ℝ^{N×D}"),
        (
            r"J = -\frac{1}{T} \sum_{t=1}^{T} \log P(w_t \mid w_{t-n+1}, \ldots, w_{t-1})",
            "J = −1/T Σ_{t=1}^T log P(w_t | w_{t−n+1}, …, w_{t−1})",
        ),
        (
            r"\hat y_{t,j} = \frac{\exp(z_{t,j})}{\sum_{k=1}^{|V|} \exp(z_{t,k})}",
            "ŷ_{t,j} = exp(z_{t,j}) / (Σ_{k=1}^{|V|} exp(z_{t,k}))",
        ),
        (
            r"\lVert g \rVert \leq \left( \beta_W \beta_h \right)^{t-k}",
            "‖g‖ ≤ (β_W β_h)ᵗ⁻ᵏ",
        ),
        (r"\theta - \alpha \frac{\hat m}{\sqrt{\hat v} + \epsilon}", "θ − α m̂ / (√v̂ + ε)"),
        (r"\frac{a \cdot b}{\lVert a \rVert \lVert b \rVert}", "(a · b) / (‖a‖ ‖b‖)"),
        (r"\log \frac{a}{b} + \frac{a}{b + c} d", "log (a/b) + (a / (b + c)) d"),
        (r"\frac{1}{2n} + \frac{\partial^2 J}{\partial x_i^2}", "1/(2n) + ∂²J/∂x_i²"),
        (r"\sqrt{x + 1} + \sqrt[3]{x}", "√(x + 1) + ³√x"),
        (r"1 \text{ if } j = i, \text{ else } 0", "1 if j = i, else 0"),
        (r"\tanh'(z) = 1 - \tanh^2(z)", "tanh'(z) = 1 − tanh²(z)"),
        (r"\operatorname{softmax}(-z)_i + w^{(j)}", "softmax(−z)_i + w⁽ʲ⁾"),
        (r"3 \cdot 10^{-311} \qquad \lbrace 1, 2 \rbrace", "3 · 10⁻³¹¹    {1, 2}"),
        (
            r"\left\Vert \frac{a}{b} \right\Vert \leq \frac{1}{\Vert g \Vert_F^2}",
            "‖a/b‖ ≤ 1/‖g‖_F²",
        ),
        (
            r"x = \frac{a}{b + c} \quad \quad y = 1 \quad \text{with} \quad z",
            "x = a / (b + c)    y = 1  with  z",
        ),
        (r"\max(0, \Delta + s)", "max(0, Δ + s)"),
        (r"\bar v_i = \sum_{k \text{ uses } i} \bar v_k", "v̄_i = Σ_{k uses i} v̄_k"),
        (r"x_{t s + k r} + a_{i j} + g^{\text{distance}}", "x_{t s+k r} + a_{i j} + g^distance"),
        (r"\sum_{-m \leq j \leq m, j \neq 0} p_j", "Σ_{−m≤j≤m, j≠0} p_j"),
        ("x\n+\ny", "x + y"),
    ],
)
def test_a_formula_is_one_line_of_plain_text(latex: str, text: str) -> None:
    assert plain_formula(latex) == text


@pytest.mark.parametrize(
    ("latex", "message"),
    [
        (r"\sigmoid(x)", r"unknown macro \sigmoid"),
        (r"\frac{1}{", "Unexpected end of stream"),
        ("a } b", "mismatching closing brace"),
        ("x_", 'arguments of specials "_"'),
        (r"\frac{1}", 'arguments of macro "frac"'),
        ("x_i_j", "a second _ after x_i"),
        (r"x_\mathrm{hh}", r"\mathrm without braces around it"),
        (r"\begin{matrix} a \end{matrix}", r"cannot show \begin{matrix}"),
        ("a & b", "& has no meaning"),
        ("  ", "an empty formula"),
    ],
)
def test_latex_that_is_wrong_says_why(latex: str, message: str) -> None:
    with pytest.raises(FormulaError) as error:
        plain_formula(latex)
    assert message in str(error.value)
