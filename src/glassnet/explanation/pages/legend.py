"""The legend of a page: what a weight's name says, what the letters mean, how numbers are meant."""

from glassnet.core.plural import counted
from glassnet.explanation.explainer import Explainer
from glassnet.explanation.places import WeightPlace
from glassnet.explanation.step import Step
from glassnet.formula.document import Paragraph
from glassnet.render.text import formula_text

__all__ = ["legend", "meanings"]


def legend(explainer: Explainer, place: WeightPlace | None = None) -> list[Paragraph]:
    """Return what the names on a page mean, and how its numbers are meant.

    `place` is the weight whose name is explained, if the page is about one.
    """
    return [Paragraph(" ".join([*meanings(explainer, place), _numbers(explainer)]))]


def meanings(explainer: Explainer, place: WeightPlace | None = None) -> list[str]:
    """Return sentences that say what the names mean."""
    if place is None or place.source is None:
        place = _last_weight(explainer)
    sentences = [f"{_weight(explainer, place)}. {_letters(explainer)}."]
    if named := _classes(explainer):
        sentences.append(named)
    return sentences


def _last_weight(explainer: Explainer) -> WeightPlace:
    """A weight of the output layer, from its last source."""
    layer = explainer.depth
    source = explainer.symbols.architecture.units[layer - 1] - 1
    return WeightPlace(layer, source, source if explainer.equations.is_scale(layer) else 0)


def _weight(explainer: Explainer, weight: WeightPlace) -> str:
    """What the name of a weight says."""
    layer, source, unit = weight.layer, weight.source or 0, weight.unit
    symbol = explainer.symbols.weight(weight, 0.0)
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
    if any(place.multiplier != 1 for place in forward.architecture.places):
        meanings.append("c: multiplier of a layer")
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
        decimals = counted(numbers.decimals, "decimal")
        return (
            f"Each line is rounded to {decimals}, as on paper (to more in between, where the "
            "result depends on it); an exact value that rounds differently stands in parentheses."
        )
    if numbers.digits is None:
        return "Nothing is rounded; all digits are shown."
    return f"Unrounded, shown with {numbers.digits} digits."
