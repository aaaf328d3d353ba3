"""Writes the table of ONNX's standard operators, one line for each of their versions.

    python export/src/main/python/standard_operators.py \
        > export/src/main/resources/org/betavae/export/onnx/standard-operators.txt

Needs the package onnx. Columns: name, the operator set that brought this version, least..most
inputs, least..most outputs, attributes with their type and "!" where one has to be given. "*" is
any number; "deprecated" stands where the operator was taken out.
"""

import onnx
from onnx import defs

DOMAIN = ""
MANY = 2**31 - 1


def span(least, most):
    return f"{least}..{'*' if most >= MANY else most}"


def line(schema):
    if schema.deprecated:
        return f"{schema.name} {schema.since_version} deprecated"
    columns = [
        schema.name,
        str(schema.since_version),
        span(schema.min_input, schema.max_input),
        span(schema.min_output, schema.max_output),
    ]
    for key in sorted(schema.attributes):
        attribute = schema.attributes[key]
        columns.append(f"{key}:{attribute.type.name}{'!' if attribute.required else ''}")
    return " ".join(columns)


def main():
    schemas = [s for s in defs.get_all_schemas_with_history() if s.domain == DOMAIN]
    schemas.sort(key=lambda s: (s.name, s.since_version))
    print("# Made by export/src/main/python/standard_operators.py; do not edit.")
    print(f"# onnx {onnx.__version__}")
    print(f"opset {defs.onnx_opset_version()}")
    for schema in schemas:
        print(line(schema))


if __name__ == "__main__":
    main()
