"""Ready-made experiments, each built around one question."""

from app.core.presets.applications import APPLICATIONS
from app.core.presets.gates import GATES
from app.core.presets.limits import LIMITS
from app.core.presets.memory import MEMORY
from app.core.presets.preset import Claim, Preset, merged

PRESETS: dict[str, Preset] = {
    preset.id: preset for preset in (*MEMORY, *GATES, *LIMITS, *APPLICATIONS)
}

__all__ = ["PRESETS", "Claim", "Preset", "merged"]
