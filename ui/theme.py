"""The look of Gradio's own parts: fonts of the system, few colours, thin lines."""

from __future__ import annotations

import gradio as gr

_SANS = ["system-ui", "-apple-system", "Segoe UI", "Roboto", "Liberation Sans", "sans-serif"]
_ALIKE = ("block_border_width", "color_accent")  # have no dark form
_MONO = ["ui-monospace", "SF Mono", "Menlo", "Consolas", "Liberation Mono", "monospace"]


def theme() -> gr.themes.Base:
    """Return the theme; colours themselves are variables of our style sheet."""
    made = gr.themes.Base(
        font=[gr.themes.Font(name) for name in _SANS],
        font_mono=[gr.themes.Font(name) for name in _MONO],
        radius_size=gr.themes.sizes.radius_sm,
        spacing_size=gr.themes.sizes.spacing_sm,
        text_size=gr.themes.sizes.text_sm,
    )
    both = {
        "body_background_fill": "var(--page)", "body_text_color": "var(--ink)",
        "background_fill_primary": "var(--page)", "background_fill_secondary": "var(--page)",
        "block_background_fill": "transparent", "block_border_width": "0px",
        "border_color_primary": "var(--line)", "border_color_accent": "var(--accent)",
        "color_accent": "var(--accent)", "color_accent_soft": "var(--tint)",
        "body_text_color_subdued": "var(--quiet)",
        "input_background_fill": "var(--sheet)", "input_border_color": "var(--line)",
        "input_border_color_focus": "var(--accent)", "input_placeholder_color": "var(--quiet)",
        "button_primary_background_fill": "var(--accent)",
        "button_primary_background_fill_hover": "var(--accent-strong)",
        "button_primary_text_color": "var(--on-accent)",
        "button_primary_border_color": "var(--accent)",
        "button_secondary_background_fill": "transparent",
        "button_secondary_background_fill_hover": "var(--tint)",
        "button_secondary_text_color": "var(--ink)",
        "button_secondary_border_color": "var(--line)",
    }  # fmt: skip
    dark = {f"{name}_dark": value for name, value in both.items() if name not in _ALIKE}
    return made.set(**both, **dark, shadow_drop="none", button_border_width="1px")
