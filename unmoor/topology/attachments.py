"""What ties a service to others: networks, links, dependencies, extra hosts."""

from unmoor.topology.items import Item
from unmoor.topology.merge import normal
from unmoor.topology.model import Attachment, Dependency


def attachments(item: Item) -> tuple[list[Attachment], bool]:
    """(memberships, whether the service is on `default` because it names none)."""
    networks = item.get("networks")
    if networks is None or item.get("network_mode") is not None:
        return [], networks is None
    networks = normal(networks, ("services", "*", "networks"))
    found = []
    for name, value in networks.entries.items():
        aliases = value.get("aliases")
        fixed = [value.get(key) for key in ("ipv4_address", "ipv6_address")]
        found.append(
            Attachment(
                name,
                networks.keys[name],
                tuple(entry.text for entry in aliases.items) if aliases is not None else (),
                tuple(address.text for address in fixed if address is not None),
            )
        )
    return found, False


def links(item: Item | None) -> dict[str, str]:
    """`links:` as alias → service."""
    found = {}
    for entry in item.items if item is not None else []:
        name, _, alias = entry.text.partition(":")
        found[alias or name] = name
    return found


def extra_hosts(item: Item | None) -> dict[str, str]:
    """`extra_hosts:` as host → address."""
    if item is None:
        return {}
    item = normal(item, ("services", "*", "extra_hosts"))
    return {name: value.text for name, value in item.entries.items()}


def dependencies(item: Item) -> list[Dependency]:
    """Every name that another part of the file must define."""
    found = _depends_on(item)
    links = item.get("links")
    for entry in links.items if links is not None else []:
        found.append(Dependency("links", entry.text.partition(":")[0], entry.at))
    for key in ("network_mode", "ipc", "pid"):
        value = item.get(key)
        if value is not None and value.text.startswith("service:"):
            found.append(Dependency(key, value.text.partition(":")[2], value.at))
    for attachment in attachments(item)[0]:
        if attachment.network != "default":
            found.append(Dependency("network", attachment.network, attachment.at))
    for kind in ("volumes_from", "configs", "secrets"):
        found += _listed(item, kind)
    return found + _volumes(item)


def _depends_on(item: Item) -> list[Dependency]:
    depends = item.get("depends_on")
    if depends is None:
        return []
    depends = normal(depends, ("services", "*", "depends_on"))
    found = []
    for name, value in depends.entries.items():
        condition, required = value.get("condition"), value.get("required")
        found.append(
            Dependency(
                "depends_on",
                name,
                depends.keys[name],
                condition.text if condition is not None else "",
                required is None or required.text != "false",
            )
        )
    return found


def _listed(item: Item, kind: str) -> list[Dependency]:
    listed = item.get(kind)
    found = []
    for entry in listed.items if listed is not None else []:
        source = entry.get("source") if entry.kind == "map" else entry
        if source is None or (kind == "volumes_from" and source.text.startswith("container:")):
            continue
        name = source.text.partition(":")[0] if kind == "volumes_from" else source.text
        found.append(Dependency({"configs": "config", "secrets": "secret"}.get(kind, kind), name, source.at))
    return found


def _volumes(item: Item) -> list[Dependency]:
    from unmoor.topology.mounts import mounts

    return [
        Dependency("volume", mount.source.text, mount.source.at)
        for mount in mounts(item)
        if mount.kind == "volume" and mount.source is not None and mount.source.text
    ]
