"""What is known of public images: the ports they listen at, the scheme spoken there, and whether they hold data.

Ports are those of each image's own documentation. An image that is not listed is not guessed at.
"""

import re
from typing import NamedTuple


class Family(NamedTuple):
    """Images of one kind. pattern: searched in the name without registry and tag. ports: (number, scheme) in order.

    complete: whether nothing else listens unless the configuration says so, so that another port is wrong.
    settings: variables that move the first port.
    """

    name: str
    pattern: str
    ports: tuple[tuple[int, str], ...]
    datastore: bool = False
    complete: bool = True
    settings: tuple[str, ...] = ()


FAMILIES: tuple[Family, ...] = (
    Family("postgres-exporter", r"postgres(ql)?[-_]exporter", ((9187, "http"),)),
    Family("redis-exporter", r"redis[-_]exporter", ((9121, "http"),)),
    Family("exporter", r"(node|mysqld|blackbox|nginx-prometheus|mongodb)[-_]exporter|cadvisor", (), complete=False),
    Family("pgbouncer", r"pgbouncer", ((5432, "postgresql"), (6432, "postgresql")), complete=False),
    Family("pgadmin", r"pgadmin", ((80, "http"), (443, "https")), complete=False),
    Family("postgrest", r"postgrest", ((3000, "http"), (3001, "http")), complete=False),
    Family(
        "postgres",
        r"(^|/|-|_)(postgres(ql)?|postgis|timescaledb(-ha)?|pgvector|cloudnative-pg|debezium/postgres|example-postgres)$",
        ((5432, "postgresql"),),
        datastore=True,
        settings=("PGPORT", "POSTGRESQL_PORT_NUMBER"),
    ),
    Family(
        "mysql", r"(^|/|-)(mysql|mysql-server|percona|example-mysql(-[a-z-]+)?)$", ((3306, "mysql"), (33060, "")), True
    ),
    Family("mariadb", r"(^|/|-)mariadb$", ((3306, "mysql"),), True),
    Family("redis-commander", r"redis-commander", ((8081, "http"),)),
    Family("redisinsight", r"redisinsight", ((5540, "http"), (8001, "http"))),
    Family("redis", r"(^|/)(redis|valkey|keydb|dragonfly|redis-stack-server)$", ((6379, "redis"),), True),
    Family("redis-stack", r"redis-stack$", ((6379, "redis"), (8001, "http")), True),
    Family("mongo-express", r"mongo-express", ((8081, "http"),)),
    Family("mongo", r"(^|/)(mongo|mongodb|mongodb-community-server|example-mongodb)$", ((27017, "mongodb"),), True),
    Family("memcached", r"(^|/)memcached$", ((11211, "memcached"),), True),
    Family(
        "rabbitmq",
        r"(^|/)rabbitmq$",
        ((5672, "amqp"), (15672, "http"), (5671, "amqps"), (25672, ""), (15692, "http"), (61613, ""), (1883, "mqtt")),
        True,
    ),
    Family(
        "zookeeper",
        r"zookeeper$",
        ((2181, ""), (2888, ""), (3888, ""), (8080, "")),
        True,
        settings=("ZOOKEEPER_CLIENT_PORT",),
    ),
    Family("kafka-ui", r"kafka-ui|akhq|kafdrop|redpanda.*console|conduktor", ((8080, "http"),), complete=False),
    Family("schema-registry", r"schema-registry$", ((8081, "http"),), settings=("SCHEMA_REGISTRY_LISTENERS",)),
    Family(
        "connect",
        r"(kafka-connect|debezium/connect|server-connect)(-[a-z]+)*$",
        ((8083, "http"),),
        settings=("CONNECT_REST_PORT", "CONNECT_LISTENERS"),
    ),
    Family("control-center", r"control-center$", ((9021, "http"),), complete=False),
    Family(
        "kafka",
        r"(^|/|-)(kafka|cp-server|redpanda)$",
        ((9092, "kafka"), (9093, "kafka"), (29092, "kafka")),
        True,
        False,
    ),
    Family("nats", r"(^|/)nats(-streaming)?$", ((4222, "nats"), (8222, "http"), (6222, "")), True),
    Family("elasticsearch", r"(^|/)(elasticsearch|opensearch)$", ((9200, "http"), (9300, "")), True),
    Family("kibana", r"(^|/)(kibana|opensearch-dashboards)$", ((5601, "http"),)),
    Family(
        "clickhouse",
        r"clickhouse(-server)?$",
        ((8123, "http"), (9000, "clickhouse"), (9009, ""), (9004, "mysql"), (9005, ""), (9363, "http")),
        True,
    ),
    Family("cassandra", r"(^|/)(cassandra|scylla)$", ((9042, ""), (7000, ""), (7199, "")), True, False),
    Family("neo4j", r"(^|/)neo4j$", ((7687, "bolt"), (7474, "http"), (7473, "https")), True),
    Family("influxdb", r"(^|/)influxdb$", ((8086, "http"),), True),
    Family("mssql", r"mssql(/server|-server.*)?$|azure-sql-edge$", ((1433, "sqlserver"),), True),
    Family("oracle", r"oracle[-/_].*|(^|/)oracle$", ((1521, ""), (5500, "https")), True, False),
    Family("cockroach", r"cockroach$", ((26257, "postgresql"), (8080, "http")), True),
    Family("etcd", r"(^|/)etcd$", ((2379, "http"), (2380, "http")), True),
    Family("consul", r"(^|/)consul$", ((8500, "http"), (8600, ""), (8301, ""), (8300, ""), (8502, "")), True, False),
    Family("vault", r"(^|/)vault$", ((8200, "http"), (8201, ""))),
    Family("minio", r"(^|/)minio$", ((9000, "http"), (9001, "http")), True, False),
    Family("qdrant", r"qdrant$", ((6333, "http"), (6334, ""), (6335, "")), True),
    Family("weaviate", r"weaviate$", ((8080, "http"), (50051, "")), True),
    Family("chroma", r"chroma$", ((8000, "http"),), True, False),
    Family("milvus", r"milvus$", ((19530, ""), (9091, "http")), True, False),
    Family("meilisearch", r"meilisearch$", ((7700, "http"),), True),
    Family("typesense", r"typesense$", ((8108, "http"),), True),
    Family("solr", r"(^|/)solr$", ((8983, "http"),), True),
    Family("ollama", r"ollama$", ((11434, "http"),), settings=("OLLAMA_HOST",)),
    Family("prometheus", r"(^|/)prometheus$", ((9090, "http"),)),
    Family("alertmanager", r"alertmanager$", ((9093, "http"), (9094, ""))),
    Family(
        "grafana",
        r"(^|/)(grafana|grafana-oss|grafana-enterprise)$",
        ((3000, "http"),),
        settings=("GF_SERVER_HTTP_PORT",),
    ),
    Family("loki", r"(^|/)loki$", ((3100, "http"), (9095, "")), complete=False),
    Family("tempo", r"(^|/)tempo$", ((3200, "http"), (4317, ""), (4318, "http"), (9411, "http")), complete=False),
    Family(
        "jaeger",
        r"jaeger|all-in-one$",
        ((16686, "http"), (4317, ""), (4318, "http"), (14268, "http"), (14250, ""), (6831, ""), (9411, "http")),
        complete=False,
    ),
    Family("zipkin", r"zipkin", ((9411, "http"),)),
    Family(
        "otel",
        r"opentelemetry-collector|otel.*collector",
        ((4317, ""), (4318, "http"), (8888, "http"), (13133, "http")),
        complete=False,
    ),
    Family("mailhog", r"mailhog", ((1025, "smtp"), (8025, "http"))),
    Family("mailpit", r"mailpit", ((1025, "smtp"), (8025, "http"))),
    Family("mailcatcher", r"mailcatcher", ((1025, "smtp"), (1080, "http")), complete=False),
    Family("adminer", r"(^|/)adminer$", ((8080, "http"),)),
    Family("phpmyadmin", r"phpmyadmin", ((80, "http"),), complete=False),
    Family("wordpress", r"(^|/)wordpress$", ((80, "http"),), complete=False),
    Family("nginx-unprivileged", r"nginx-unprivileged$", ((8080, "http"),), complete=False),
    Family("nginx", r"(^|/)(nginx|openresty)$", ((80, "http"), (443, "https")), complete=False),
    Family("httpd", r"(^|/)httpd$", ((80, "http"),), complete=False),
    Family("caddy", r"(^|/)caddy$", ((80, "http"), (443, "https"), (2019, "http")), complete=False),
    Family("traefik", r"(^|/)traefik$", ((80, "http"), (443, "https"), (8080, "http")), complete=False),
    Family("haproxy", r"(^|/)haproxy$", (), complete=False),
    Family("keycloak", r"(^|/)keycloak$", ((8080, "http"), (8443, "https"), (9000, "http")), complete=False),
    Family("localstack", r"localstack", ((4566, "http"),), complete=False),
    Family("temporal-ui", r"temporalio/ui$", ((8080, "http"),), settings=("TEMPORAL_UI_PORT",)),
    Family(
        "temporal",
        r"temporalio/(auto-setup|server)$",
        ((7233, ""), (7234, ""), (7235, ""), (7239, ""), (6933, "")),
        complete=False,
    ),
    Family("sentry-relay", r"getsentry/relay$", ((3000, "http"),), complete=False),
    Family("ksqldb", r"ksqldb?-server$", ((8088, "http"),), settings=("KSQL_LISTENERS",)),
    Family("flagd", r"flagd$", ((8013, ""), (8014, "http"), (8015, ""), (8016, "http")), complete=False),
)
_COMPILED = tuple((re.compile(family.pattern), family) for family in FAMILIES)


def image_name(image: str) -> tuple[str, str]:
    """(name without registry, tag) of an image reference; substitutions in the tag stay."""
    body = image.partition("@")[0]
    head, _, last = body.rpartition("/")
    name, _, tag = last.partition(":")
    parts = [part for part in head.split("/") if part]
    if parts and ("." in parts[0] or ":" in parts[0] or parts[0] == "localhost" or "$" in parts[0]):
        parts = parts[1:]
    return "/".join([*parts, name]).lower(), tag


def family_of(image: str) -> Family | None:
    """The family of an image reference, or None if it is not a known one."""
    name = image_name(image)[0]
    return next((family for pattern, family in _COMPILED if pattern.search(name)), None)
