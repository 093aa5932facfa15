() => {
    const is_wide = element => element.scrollWidth > element.clientWidth + 1;
    const wide = [...document.querySelectorAll("pre, .formula")].filter(is_wide);
    const cut = wide.filter(element => getComputedStyle(element).overflowX != "auto");
    const scrolls = box => box !== null && getComputedStyle(box).overflowX == "auto";
    const formulas = [...document.querySelectorAll("p math, li math")]
        .filter(formula => !scrolls(formula.closest(".table-wrapper")));
    const outside = formulas.filter(f => f.getBoundingClientRect().right > window.innerWidth);
    return {
        page: document.documentElement.scrollWidth,
        cut: [...cut, ...outside].map(element => element.textContent.slice(0, 60)),
        scrolled: wide.filter(element => element.matches("pre")).length,
        formulas: wide.filter(element => element.matches(".formula")).length,
    };
}
