# One container with everything: web server, workers and the log of runs in /data.
#
#   docker build -t vanishing-gradient-lab .
#   docker run --read-only --tmpfs /tmp -p 127.0.0.1:8000:8000 -v vgl-data:/data vanishing-gradient-lab
#
# `make rehearse-image` performs these same steps on a machine without a Docker engine.

FROM python:3.11-slim AS build
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.txt requirements-postgres.txt requirements-fused.txt /build/
# Without pip inside: the image that runs has nothing to install with.
RUN python -m venv --without-pip /opt/venv
RUN python -m pip --python /opt/venv/bin/python install \
    -r /build/requirements-postgres.txt -r /build/requirements-fused.txt

FROM python:3.11-slim
LABEL org.opencontainers.image.title="Vanishing Gradient Lab" \
      org.opencontainers.image.licenses="MIT"
# Numeric below, so that Kubernetes' runAsNonRoot can see that it is not root.
RUN groupadd --gid 10001 vgl && useradd --uid 10001 --gid 10001 --home-dir /data --no-create-home vgl
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/vgl
COPY LICENSE ./
COPY templates/ templates/
COPY static/ static/
COPY app/ app/
# The root file system may be read-only, so the byte code is made here.
RUN /opt/venv/bin/python -m compileall -q app
# A volume that Docker makes starts as a copy of this folder, with its owner.
RUN mkdir -p /data/tmp && chown -R 10001:10001 /data

# TMPDIR: scratch space of the workers. On the volume, so that --read-only works with no tmpfs;
# where the folder does not exist (a bind mount), Python falls back to /tmp.
# NUMBA_CACHE_DIR: compiled loops (app/fused), made in the background at the first start.
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    TMPDIR=/data/tmp \
    NUMBA_CACHE_DIR=/data/numba \
    VGL_DATABASE=sqlite:////data/vgl.db
VOLUME /data
EXPOSE 8000
USER 10001:10001
# http.client and not urllib: a proxy in the environment must not answer for us.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import http.client, sys; c = http.client.HTTPConnection('127.0.0.1', 8000, timeout=4); c.request('GET', '/healthz'); sys.exit(c.getresponse().status != 200)"]
CMD ["python", "-m", "app", "serve", "--host", "0.0.0.0", "--port", "8000"]
