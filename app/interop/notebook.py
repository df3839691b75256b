"""An experiment as a Jupyter notebook: fetches the numbers once, keeps them, and draws them.

A notebook is written as Markdown, one file per language: what stands between fences is a code
cell, what stands around them is prose. The code is the same in every language.
"""

import ast
import json
import re
from typing import Any

import jinja2

LANGUAGES = {"pt-BR": ",.", "en": ".,"}
"""Languages that have a text, and their decimal and thousands marks, as Plotly wants them."""

_TEMPLATES = jinja2.Environment(
    loader=jinja2.PackageLoader("app.interop", "notebooks"),
    autoescape=False,  # the output is Markdown and Python; what is put in is quoted as JSON
    trim_blocks=True,
    lstrip_blocks=True,
    keep_trailing_newline=True,
    undefined=jinja2.StrictUndefined,
)
# A JSON text is also a Python literal; the filter of the same name writes for HTML.
_TEMPLATES.filters["tojson"] = lambda value: json.dumps(value, ensure_ascii=False)
_FENCE = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def notebook(
    experiment_id: str, title: str, *, language: str, server: str, page: str
) -> dict[str, Any]:
    """Write the notebook of an experiment.

    Parameters
    ----------
    title : str
        One line that names the experiment.
    language : {"pt-BR", "en"}
    server : str
        Address of the REST API, from which the notebook fetches.
    page : str
        Address of the page that shows the experiment.

    Returns
    -------
    dict
        A notebook in the format nbformat 4.5.
    """
    text = _TEMPLATES.get_template(f"{language}.md.jinja").render(
        experiment=experiment_id,
        title=title,
        server=server,
        page=page,
        separators=LANGUAGES[language],
    )
    cells = []
    for at, part in enumerate(_FENCE.split(text)):
        source = part.strip()
        if not source:
            continue
        cell: dict[str, Any] = {"id": f"cell-{at}", "metadata": {}, "source": source}
        if at % 2:  # the splitting alternates: around, inside, around, …
            ast.parse(source)  # a cell that does not even parse never leaves the house
            cell |= {"cell_type": "code", "execution_count": None, "outputs": []}
        else:
            cell["cell_type"] = "markdown"
        cells.append(cell)
    return {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {
            "kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"},
            "language_info": {"name": "python"},
        },
        "cells": cells,
    }
