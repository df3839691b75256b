"""The lab in JupyterLab and JupyterHub: in the launcher, a server of each person's own.

For the single-user servers, with ``pip install jupyter-server-proxy``, as the file
``/etc/jupyter/jupyter_server_config.py``. The lab is in /srv/vgl, or where VGL_HOME says, with its
``.venv``. The proxy starts it when it is opened for the first time, waits until it answers, and
strips the prefix; all addresses of the pages are relative, so no setting is needed.

Where people share a machine without containers, whoever reaches another's worker processes on
loopback can run code as that person: give each a container (as JupyterHub's spawners do).
"""

import os
import tempfile
from pathlib import Path

HOME = Path(os.environ.get("VGL_HOME", "/srv/vgl"))

# On a local disk: SQLite and a network file system do not go together. And nobody else's.
DATA = Path(tempfile.gettempdir()) / f"vgl-{os.getuid()}"
DATA.mkdir(mode=0o700, exist_ok=True)

c = get_config()  # type: ignore[name-defined]  # noqa: F821
c.ServerProxy.servers = {
    "gradient": {
        "command": [str(HOME / ".venv/bin/python"), "-m", "app", "serve", "--port", "{port}"],
        "environment": {
            "PYTHONPATH": str(HOME),
            "VGL_DATABASE": os.environ.get("VGL_DATABASE", f"sqlite:///{DATA}/vgl.db"),
            # Jupyter passes on the name of its own site, whatever that is, and asks who comes.
            "VGL_ALLOWED_HOSTS": "*",
            "VGL_WORKERS": os.environ.get("VGL_WORKERS", "3"),
        },
        "timeout": 60,
        "launcher_entry": {"title": "Vanishing Gradient Lab", "path_info": "gradient/lab"},
    }
}
