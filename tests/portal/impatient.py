"""A web server for tests: two threads, and less patience than the portal's."""

from portal.web import PatientSocket, PatientWorker


class ImpatientSocket(PatientSocket):
    grace = 0.6
    slowest = 100


class Worker(PatientWorker):
    socket_class = ImpatientSocket


def application(environ, start_response):
    body = environ["wsgi.input"].read()
    start_response("200 OK", [("Content-Type", "text/plain"), ("Content-Length", str(len(str(len(body)))))])
    return [str(len(body)).encode()]
