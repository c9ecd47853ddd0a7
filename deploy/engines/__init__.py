"""The real engines without Docker, on a developer's machine or in CI: a file per kind; `deploy.services` runs them."""
