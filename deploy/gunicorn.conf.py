"""Several web processes on PostgreSQL: gunicorn -c deploy/gunicorn.conf.py wsgi:app (jobs run apart: flask --app wsgi jobs)."""

import os

bind = f"0.0.0.0:{os.environ.get('PORT', '8000')}"
workers = int(os.environ.get("WEB_CONCURRENCY", "2"))
worker_class = "gthread"
threads = int(os.environ.get("PORTAL_THREADS", "256"))  # an open live stream holds a thread
timeout = 120
graceful_timeout = 3
keepalive = 5
control_socket_disable = True
forwarded_allow_ips = os.environ.get("FORWARDED_ALLOW_IPS", "127.0.0.1")
