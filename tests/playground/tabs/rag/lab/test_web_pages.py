"""Web pages and books: questions that open, captions, formulas."""

import pytest

from .hostile import changed, real
from .written import read_text

PROSE = [
    f"<p>La lonja abre a las {hour} y el encargado apunta en la pizarra los barcos que piden turno de descarga.</p>"
    for hour in ("cinco", "seis", "siete", "ocho", "nueve")
]


def page(*parts: str) -> str:
    content = "".join(part + prose for part, prose in zip(parts, PROSE, strict=False))
    return read_text("a.html", f"<html><body><main><h1>Lonja</h1>{PROSE[-1]}{content}</main></body></html>".encode())


@pytest.mark.parametrize(
    "opener",
    [
        "<details><summary>¿Quién puede pujar?</summary><p>Los compradores inscritos.</p></details>",
        "<details><summary><h3>¿Quién puede pujar?</h3></summary><p>Los compradores inscritos.</p></details>",
        "<div role='button' aria-expanded='false'>¿Quién puede pujar?</div>",
        "<div><button class='x' aria-controls='c'><span>¿Quién puede pujar?</span></button></div>",
        "<a role='button' data-bs-toggle='collapse' href='#c'>¿Quién puede pujar?</a>",
    ],
)
def test_a_question_that_opens_its_answer_is_read(opener):
    found = page(opener, "<button onclick='x()'>Enviar la solicitud ahora</button>")
    assert found.count("¿Quién puede pujar?") == 1 and "a las cinco" in found and "Enviar" not in found


def test_captions_of_pictures_and_tables_are_read():
    rows = "<tr><th>Puerto</th><th>Barcos</th></tr><tr><td>Ea</td><td>4</td></tr><tr><td>Lekeitio</td><td>31</td></tr>"
    found = page(
        "<figure><img src='x.png'><figcaption>Plano de la rula, de 1931.</figcaption></figure>",
        f"<figure><figcaption>Barcos por puerto</figcaption><table>{rows}</table></figure>",
    )
    assert "Plano de la rula, de 1931." in found
    assert found.index("Barcos por puerto") < found.index("Puerto: Lekeitio; Barcos: 31")


HALF = "<mfrac><mn>1</mn><mn>2</mn></mfrac>"
FORMULAS = {
    "<mi>A</mi><mo>=</mo><mi>π</mi><msup><mi>r</mi><mn>2</mn></msup>": "A = πr^2",
    f"<mi>h</mi><mo>=</mo>{HALF}<mo>⁢</mo><mi>g</mi>": "h = 1/2g",
    "<mfrac><mrow><mi>a</mi><mo>+</mo><mi>b</mi></mrow><mn>2</mn></mfrac>": "(a + b)/2",
    "<msqrt><mi>x</mi><mo>+</mo><mn>1</mn></msqrt>": "√(x + 1)",
    "<mroot><mi>x</mi><mn>3</mn></mroot>": "3√(x)",
    "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>": "∑_(i = 1)^n",
    "<msub><mi>x</mi><mi>i</mi></msub>": "x_i",
    "<mfenced><mi>a</mi><mi>b</mi></mfenced>": "(a,b)",
    "<mtable><mtr><mtd><mn>1</mn></mtd><mtd><mn>2</mn></mtd></mtr><mtr><mtd><mn>3</mn></mtd></mtr></mtable>": "1 2; 3",
    "<semantics><mi>q</mi><annotation encoding='application/x-tex'>\\q</annotation></semantics>": "q",
}


@pytest.mark.parametrize("formula", FORMULAS)
def test_a_formula_is_a_line(formula):
    assert f"Sale {FORMULAS[formula]}, cada vez." in page(f"<p>Sale <math>{formula}</math>, cada vez.</p>")


def test_a_formula_that_is_drawn_once_more_is_read_once():
    math = "<math><mi>V</mi><mo>=</mo><mi>I</mi><mi>R</mi></math>"
    again = "<span class='katex-html'><i>V</i>=<i>IR</i></span>"
    assert page(f"<p>La ley <span>{math}</span>{again} se cumple.</p>").count("V") == 1
    assert "La ley E = mc2 vale." in page("<p>La ley <math alttext='E = mc2'></math> vale.</p>")


def test_a_book_has_its_formulas_and_questions():
    math = "<math xmlns='http://www.w3.org/1998/Math/MathML'><mfrac><mi>a</mi><mi>b</mi></mfrac></math>"
    body = f"<h1>Uno</h1><p>Sea {math} su parte.</p><details><summary>¿Y el resto?</summary><p>Cero.</p></details>"
    chapter = f"<html xmlns='http://www.w3.org/1999/xhtml'><head><title/></head><body>{body}</body></html>"
    book = changed(real("pandoc.epub"), {"EPUB/text/ch001.xhtml": chapter.encode()})
    assert "Uno\n\nSea a/b su parte.\n\n¿Y el resto?\n\nCero." in read_text("a.epub", book)
