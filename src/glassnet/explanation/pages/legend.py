"""The legend of a page: what a weight's name says, what the letters mean, how numbers are meant."""

from glassnet.explanation.explainer import Explainer
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import Paragraph
from glassnet.render.text import formula_text

__all__ = ["legend", "meanings"]


def legend(explainer: Explainer) -> list[Paragraph]:
    """Return what the names on a page mean, and how its numbers are meant."""
    return [Paragraph(" ".join([*meanings(explainer), _numbers(explainer)]))]


def meanings(explainer: Explainer) -> list[str]:
    """Return sentences that say what the names mean."""
    sentences = [f"{_weight(explainer)}. {_letters(explainer)}."]
    if named := _classes(explainer):
        sentences.append(named)
    return sentences


def _weight(explainer: Explainer) -> str:
    """What the name of one weight says: of the output layer, from its last source."""
    names, layer = explainer.symbols, explainer.depth
    source = names.architecture.units[layer - 1] - 1
    unit = source if explainer.equations.is_scale(layer) else 0
    symbol = names.weight(WeightPlace(layer, source, unit), 0.0)
    before = f"unit {source + 1} of layer {layer - 1}" if layer > 1 else f"input {source + 1}"
    place = f"{source}" if explainer.equations.is_scale(layer) else f"{source}, {unit}"
    return (
        f"{formula_text(symbol)} leads from {before} to unit {unit + 1} of layer {layer}: "
        f"net.weights[{layer - 1}][{place}]"
    )


def _letters(explainer: Explainer) -> str:
    letters, forward = explainer.symbols.notation, explainer.forward
    biases = any(layer.bias for layer in forward.architecture.layers)
    also = " (pre-activation, z)" if letters.net_input != "z" else " (pre-activation)"
    meanings = [f"{letters.net_input}: net input{also}", f"{letters.output}: output"]
    meanings.append(f"{letters.prediction}: prediction")
    if biases:
        meanings.insert(0, f"{letters.bias}: bias")
    if isinstance(forward, Step):
        loss = letters.loss
        meanings += [f"{letters.target}: target", f"{loss}: loss"]
        meanings.append(f"{letters.delta} = ∂{loss}/∂{letters.net_input}")
    return ", ".join(meanings)


def _classes(explainer: Explainer) -> str:
    """Which class is which unit, where classes have names that could be taken for numbers."""
    names, depth = explainer.symbols, explainer.depth
    classes = names.names_of(depth)
    if not classes or names.index(depth, 0) == classes[0]:
        return ""
    most = explainer.limits.units
    pairs = [f"{n} is class {name}" for n, name in enumerate(classes[:most], start=1)]
    more = "" if len(classes) <= most else f" and so on, to {len(classes)}"
    return f"Of the outputs, {', '.join(pairs)}{more}."


def _numbers(explainer: Explainer) -> str:
    numbers = explainer.numbers
    if numbers.decimals is not None:
        return (
            f"Each line is rounded to {numbers.decimals} decimals, as on paper; an exact value "
            "that rounds otherwise stands beside."
        )
    if numbers.digits is None:
        return "Nothing is rounded; all digits are shown."
    return f"Unrounded, shown with {numbers.digits} digits."
