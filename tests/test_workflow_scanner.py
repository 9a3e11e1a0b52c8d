"""GitHub workflows, GitLab pipelines and the other YAML formats that are not compose."""

from unmoor.model.facts import Facts, Reference
from unmoor.scanners import by_name, scan

WORKFLOW = ".github/workflows/ci.yml"


def _scan(text: str, path: str = WORKFLOW) -> Facts:
    data = text.encode()
    facts = scan(path, data, by_name("yaml"))
    for found in facts.references:
        assert data[slice(*found.span)].decode() == found.value, found
    return facts


def _step(body: str, more: str = "") -> Facts:
    lines = "".join(f"        {line}\n" for line in body.splitlines())
    return _scan(f"on: push\njobs:\n  test:\n{more}    steps:\n      - name: s\n{lines}")


def _urls(facts: Facts) -> list[Reference]:
    return [found for found in facts.references if found.kind in ("url", "host")]


def test_run_in_every_style_is_shell_at_the_root() -> None:
    for body in (
        "run: curl http://localhost:3000/x",
        "run: |\n  set -e\n  curl http://localhost:3000/x",
        "run: >-\n  curl\n  http://localhost:3000/x",
        'run: "curl http://localhost:3000/x"',
    ):
        (url,) = _urls(_step(body))
        assert (url.value, url.runtime, url.cwd) == ("http://localhost:3000/x", "ci", ""), body


def test_expressions_are_masked_and_given_back() -> None:
    facts = _step("run: |\n  curl http://${{ env.HOST }}:3000/x \"${{ steps.a.outputs.b }}\" '${{ env.Q }}'")
    (url,) = _urls(facts)
    assert url.value == "http://${{ env.HOST }}:3000/x"
    reads = [found for found in facts.references if found.kind == "env"]
    assert [(found.value, found.attrs["access"]) for found in reads] == [("HOST", "workflow"), ("Q", "workflow")]


def test_powershell_and_python_are_not_shell() -> None:
    for shell in ("pwsh", "powershell", "python", "cmd"):
        facts = _step(f"shell: {shell}\nrun: |\n  cd nowhere\n  $env:X = 'http://localhost:3000'")
        assert [found.kind for found in facts.references] == ["url"], shell
    assert [found.kind for found in _step("shell: bash\nrun: cd nowhere").references] == ["path"]


def test_working_directories_add_up() -> None:
    job = "    defaults:\n      run:\n        working-directory: web\n"
    facts = _step("run: ./x.sh", job)
    assert [(f.value, f.attrs["use"]) for f in facts.references if f.kind == "path"] == [
        ("web", "cd"), ("./x.sh", "script"),
    ]  # fmt: skip
    assert facts.references[-1].cwd == "web"
    facts = _step("working-directory: api\nrun: ./x.sh", job)
    assert facts.references[-1].cwd == "api"
    assert _step("working-directory: ${{ matrix.d }}\nrun: ./x.sh").references[-1].cwd is None


def test_env_at_three_levels_declares() -> None:
    facts = _scan(
        "on: push\nenv: {A: http://localhost:1}\njobs:\n  j:\n    env: {B: http://localhost:2}\n    steps:\n"
        "      - run: 'true'\n        env: {C: http://localhost:3}\n"
    )
    found = [(d.name, d.value, d.attrs["where"]) for d in facts.declarations if d.kind == "env"]
    assert found == [(name, f"http://localhost:{n}", "workflow") for n, name in enumerate("ABC", 1)]
    assert [(f.role, f.runtime, f.attrs["env"]) for f in _urls(facts)] == [("config", "ci", name) for name in "ABC"]


def test_service_ports_and_container_jobs() -> None:
    more = "    container: node:20\n    services:\n      postgres: {image: postgres, ports: ['5433:5432']}\n"
    facts = _step("run: curl http://postgres:5432/x", more)
    (port,) = [d for d in facts.declarations if d.kind == "port"]
    assert (port.value, port.attrs["container"], port.attrs["service"]) == ("5433", "5432", "postgres")
    assert _urls(facts)[0].runtime == "container:job"


def test_paths_of_actions() -> None:
    facts = _step("uses: docker/build-push-action@v6\nwith:\n  context: ./web\n  file: ./web/Dockerfile\n  push: true")
    assert [(f.value, f.attrs["use"]) for f in facts.references if f.kind == "path"] == [
        ("./web", "context"), ("./web/Dockerfile", "dockerfile"),
    ]  # fmt: skip
    assert facts.references[-1].attrs["context"] == "./web"
    facts = _step(
        "uses: actions/setup-node@v4\nwith:\n  cache-dependency-path: |\n    a/p-lock.json\n    b/p-lock.json"
    )
    assert [f.value for f in facts.references] == ["a/p-lock.json", "b/p-lock.json"]
    facts = _step("uses: ./.github/actions/setup")
    assert [(f.value, f.cwd) for f in facts.references] == [("./.github/actions/setup", "")]
    facts = _scan("on:\n  push:\n    paths: ['src/**', 'x.py']\njobs: {}\n")
    assert [(f.value, f.attrs["use"]) for f in facts.references] == [("src/**", "filter"), ("x.py", "filter")]


def test_composite_actions() -> None:
    facts = _scan(
        "runs:\n  using: composite\n  steps:\n    - shell: bash\n      run: curl http://localhost:9\n", "a/action.yml"
    )
    assert facts.traits["format"] == ["github-action"]
    assert [f.value for f in _urls(facts)] == ["http://localhost:9"]


def test_gitlab() -> None:
    facts = _scan(
        "variables: {API: http://localhost:1}\ninclude: [{local: /ci/a.yml}]\ntest:\n  script:\n    - cd web\n"
        "    - curl http://localhost:2\n  before_script: curl http://localhost:3\n",
        ".gitlab-ci.yml",
    )
    assert {f.value for f in _urls(facts)} == {"http://localhost:1", "http://localhost:2", "http://localhost:3"}
    assert [(d.name, d.attrs["where"]) for d in facts.declarations if d.kind == "env"] == [("API", "workflow")]
    assert ("ci/a.yml", "config") in [(f.value, f.attrs["use"]) for f in facts.references if f.kind == "path"]


def test_prometheus_targets_are_hosts() -> None:
    facts = _scan(
        "scrape_configs:\n  - job_name: a\n    static_configs:\n      - targets: ['api:9100', 'localhost:9090']\n",
        "p.yml",
    )
    assert [(f.value, f.kind, f.role) for f in facts.references] == [
        ("api:9100", "host", "request"), ("localhost:9090", "host", "request"),
    ]  # fmt: skip


def test_traefik_urls_are_proxied() -> None:
    text = "http:\n  services:\n    a:\n      loadBalancer:\n        servers:\n          - url: http://api:3000\n"
    (url,) = _scan(text, "dynamic.yml").references
    assert (url.role, url.scope) == ("proxy-target", "http.services.a.loadBalancer.servers.url")


def test_kubernetes_env_belongs_to_its_name() -> None:
    facts = _scan(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\n"
        "spec:\n  template:\n    spec:\n      containers:\n"
        "        - name: web\n          env:\n            - {name: API, value: 'http://api:3000'}\n",
        "k8s/web.yaml",
    )
    (url,) = facts.references
    assert (url.attrs["env"], url.runtime) == ("API", "container:pod")
    assert [(d.name, d.value) for d in facts.declarations] == [("API", "http://api:3000")]


def test_taskfile_declares_and_runs() -> None:
    facts = _scan(
        "version: '3'\ntasks:\n  dev:\n    dir: web\n    cmds:\n"
        "      - curl http://localhost:3000\n      - task: other\n",
        "Taskfile.yml",
    )
    assert [(d.name, d.attrs["tool"]) for d in facts.declarations if d.kind == "script"] == [("dev", "task")]
    url = _urls(facts)[0]
    assert (url.value, url.runtime, url.cwd) == ("http://localhost:3000", "host", "web")
    assert [f.value for f in facts.references if f.kind == "script"] == ["other"]


def test_local_hooks_and_dependabot_folders() -> None:
    facts = _scan(
        "repos:\n  - repo: local\n    hooks:\n      - {id: a, entry: scripts/a.sh, language: script}\n",
        ".pre-commit-config.yaml",
    )
    assert [(f.value, f.attrs["use"], f.cwd) for f in facts.references] == [("scripts/a.sh", "script", "")]
    facts = _scan(
        "version: 2\nupdates:\n  - {package-ecosystem: npm, directory: /web, image: x}\n", ".github/dependabot.yml"
    )
    assert [(f.value, f.attrs["use"]) for f in facts.references] == [("web", "filter")]


def test_spring_defaults() -> None:
    facts = _scan(
        "api:\n  url: ${API_URL:http://localhost:8081}\nserver:\n  host: localhost\n  port: 80\n", "src/application.yml"
    )
    env = next(f for f in facts.references if f.kind == "env")
    assert (env.value, env.attrs["default"]) == ("API_URL", "http://localhost:8081")
    url = next(f for f in facts.references if f.kind == "url")
    assert (url.role, url.attrs["env"]) == ("default", "API_URL")
    host = next(f for f in facts.references if f.kind == "host")
    assert host.attrs["sibling_port"] == 80


def test_an_api_description_is_shown() -> None:
    facts = _scan("openapi: 3.0.0\nservers:\n  - url: http://localhost:3000\n", "openapi.yaml")
    assert [f.role for f in facts.references] == ["display"]


def test_a_script_over_ssh_names_containers_and_stacks_of_another_machine() -> None:
    facts = _step(
        "uses: appleboy/ssh-action@v1\nwith:\n  host: x\n  script: |\n    cd /opt/shop\n    docker compose up -d db"
        "\n    docker logs shop-api\n    ./migrate.sh && curl http://localhost:3000/health"
    )
    ours = [found for found in facts.references if found.kind not in ("url", "host")]
    names = [(found.kind, found.value, found.attrs.get("remote")) for found in ours]
    assert names == [("service", "db", "ssh"), ("container", "shop-api", "ssh")]
    assert [d.attrs["remote"] for d in facts.declarations if d.kind == "command"] == ["ssh"]
