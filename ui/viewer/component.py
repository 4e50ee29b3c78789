"""The viewer as a Gradio component: a host for the map, and the link between both.

view = viewer()
view.draw(here, outputs=...)          # an event's `region` is what `Analyst.ask` takes
view.pick(picked, outputs=...)        # `reference` is an object of evidence, such as E5#3
...
return shown(evidence_view(...))      # from an event that has `view` among its outputs
"""

from __future__ import annotations

from typing import Any

import gradio as gr

from store.errors import StoreError
from ui.viewer.assets import address
from ui.viewer.spec import ViewSpec
from ui.viewer.views import PREFIX

_TEMPLATE = '<div class="el-viewer"></div>'

# The value goes through a property of its own: in the template it would rebuild the map.
_LINK = """
const host = element.querySelector('.el-viewer');
const missing = 'The viewer is not built: run make env, then start again.';
if (!window.ElenchusViewer) {
  host.textContent = missing;
} else {
  window.ElenchusViewer.mount(host, {
    spec: () => props.spec,
    watch: (run) => watch('spec', run),
    pick: (what) => trigger('pick', what),
    draw: (what) => trigger('draw', what),
  });
}
"""


def viewer(**more: Any) -> gr.HTML:
    """Make the viewer; events `pick` and `draw`, and what it shows is its property `spec`.

    `pick` carries layer, row, evidence, reference, label and score of the object clicked.
    `draw` carries scene, box, region and note; an empty region says that the box was taken back.

    Args:
        more: What `gr.HTML` takes, such as `elem_id`.
    """
    return gr.HTML(
        value="",
        html_template=_TEMPLATE,
        js_on_load=_LINK,
        head=_head(),
        apply_default_css=False,
        spec=_plain(ViewSpec()),
        **more,
    )


def shown(spec: ViewSpec) -> gr.HTML:
    """Return the update that lets the viewer show something else; no scenes take the scene off."""
    return gr.HTML(spec=_plain(spec))


def _plain(spec: ViewSpec) -> dict[str, Any]:
    return spec.model_dump(mode="json")


def _head() -> str | None:
    """Return what loads the script and the style from this server; None when they are not built."""
    try:
        script, style = address("viewer.js", PREFIX), address("viewer.css", PREFIX)
    except StoreError:
        return None  # the component says so in its place
    return f'<link rel="stylesheet" href="{style}"><script src="{script}"></script>'
