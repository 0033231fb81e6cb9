"""How the page looks: one accent colour, the page's own type, nothing fetched from elsewhere."""

from __future__ import annotations

from typing import Any

import gradio as gr

from providers.catalog import ASSETS

_TEXT = ("Source Sans Pro", "ui-sans-serif", "system-ui", "sans-serif")
_CODE = ("IBM Plex Mono", "ui-monospace", "Consolas", "monospace")


def theme() -> gr.themes.Base:
    """Gradio's base theme, calmed: hairlines instead of boxes, one accent."""
    return gr.themes.Base(
        primary_hue=gr.themes.colors.teal,
        neutral_hue=gr.themes.colors.slate,
        spacing_size=gr.themes.sizes.spacing_md,
        radius_size=gr.themes.sizes.radius_md,
        text_size=gr.themes.sizes.text_md,
        font=[gr.themes.Font(name) for name in _TEXT],
        font_mono=[gr.themes.Font(name) for name in _CODE],
    ).set(
        body_background_fill="white",
        body_background_fill_dark="*neutral_950",
        chatbot_text_size="*text_md",
        block_border_width="0px",
        block_shadow="none",
        block_background_fill="transparent",
        block_background_fill_dark="transparent",
        block_info_text_color="*neutral_600",
        block_info_text_color_dark="*neutral_400",
        block_title_text_color="*neutral_800",
        block_title_text_color_dark="*neutral_200",
        input_background_fill="white",
        input_background_fill_dark="*neutral_900",
        input_border_width="1px",
        input_border_color="*neutral_300",
        input_border_color_dark="*neutral_700",
        input_border_color_focus="*primary_600",
        border_color_primary="*neutral_200",
        border_color_primary_dark="*neutral_800",
        button_secondary_background_fill="*neutral_100",
        button_secondary_background_fill_dark="*neutral_800",
        input_placeholder_color="*neutral_500",
        input_placeholder_color_dark="*neutral_400",
        button_primary_background_fill="*primary_700",
        button_primary_background_fill_hover="*primary_800",
        button_primary_background_fill_dark="*primary_700",
        button_primary_text_color="white",
        slider_color="*primary_600",
    )


def look(label: gr.I18n, head: str) -> dict[str, Any]:
    """What `launch` needs beyond the page itself."""
    return {"theme": theme(), "css_paths": [ASSETS / "style.css"], "head": head, "i18n": label}
