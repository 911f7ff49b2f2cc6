# One image for every process of Calipso: `docker run … calipso worker`, `calipso scan …`.
FROM python:3.11-slim-bookworm AS made
WORKDIR /source
COPY requirements.lock .
RUN python -m venv /opt/calipso \
 && /opt/calipso/bin/pip install --no-cache-dir --require-hashes --no-deps --requirement requirements.lock
COPY . .
RUN /opt/calipso/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
COPY --from=made /opt/calipso /opt/calipso
RUN useradd --system --create-home calipso && install -d -o calipso -m 0700 /data
USER calipso
# Pinned SSH host keys and the key that secrets are encrypted with: the same volume for every process.
ENV CALIPSO_DATA_DIR=/data PATH=/opt/calipso/bin:$PATH
VOLUME /data
ENTRYPOINT ["calipso"]
CMD ["--help"]
