# The command `newsbeam` in an image: docker build --tag newsbeam:0.1.0 .
#
#     docker run --rm newsbeam:0.1.0 --help
#     docker run --rm --volume "$PWD/config:/etc/newsbeam:ro" --volume newsbeam:/var/lib/newsbeam \
#         newsbeam:0.1.0 run --config /etc/newsbeam
#
# Its exit codes are the command's own, and a signal reaches it as its first process.
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
WORKDIR /build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1

# Everything that is pinned, each file checked by its hash; only what Newsbeam runs with is taken from there.
COPY requirements.lock ./
RUN pip wheel --quiet --require-hashes --requirement requirements.lock --wheel-dir wheels

COPY pyproject.toml README.md LICENSE ./
COPY models models
COPY pipelines pipelines
COPY config config
RUN pip wheel --quiet --no-deps --wheel-dir wheels . \
    && python -m venv --without-pip /opt/newsbeam \
    && pip --python /opt/newsbeam/bin/python install --quiet --no-index --find-links wheels --compile wheels/newsbeam-*.whl \
    && /opt/newsbeam/bin/newsbeam preview README.md >/dev/null  # it has all that it needs

FROM ${BASE}
RUN groupadd --gid 10001 newsbeam \
    && useradd --uid 10001 --gid newsbeam --home-dir /var/lib/newsbeam --create-home --shell /usr/sbin/nologin newsbeam
COPY --from=build /opt/newsbeam /opt/newsbeam
ENV PATH=/opt/newsbeam/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1
USER 10001:10001
WORKDIR /var/lib/newsbeam
VOLUME /var/lib/newsbeam
ENTRYPOINT ["newsbeam"]
CMD ["--help"]
