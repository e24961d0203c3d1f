"""Settings of another service that has the plugin, and reads the event bus."""

import os

from tests.settings import *  # noqa: F403

INSTALLED_APPS += ["tests.consumers.listener.ListenerConfig"]  # noqa: F405

EVENT_BUS_CONSUMER = "edx_event_bus_redis.RedisEventConsumer"
EVENT_BUS_REDIS_CONNECTION_URL = os.environ["CATALOG_REDIS_URL"]
EVENT_BUS_TOPIC_PREFIX = os.environ["CATALOG_TOPIC_PREFIX"]
EVENT_BUS_REDIS_CONSUMER_POLL_TIMEOUT = 1
