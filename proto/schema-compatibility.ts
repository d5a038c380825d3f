import protobuf from 'protobufjs';

/**
 * What a release promised of the .proto must hold for ever: records of any age lie on the stream and in dead
 * letters, and consumers are older and newer than producers.
 */

/** Reads a .proto's text, every type in it resolved. */
export function readSchema(text: string): protobuf.Root {
  return resolved(protobuf.parse(text).root);
}

/** Reads a schema that a release noted, as `Root.toJSON` wrote it. */
export function readReleasedSchema(json: string): protobuf.Root {
  return resolved(protobuf.Root.fromJSON(JSON.parse(json)));
}

function resolved(root: protobuf.Root): protobuf.Root {
  root.resolveAll();
  return root;
}

/**
 * What `current` breaks of what `released` promised, a line each: a message, field, enum or value that is
 * gone, renamed, renumbered, given another type or moved in or out of a oneof. What is new breaks nothing.
 */
export function breakages(released: protobuf.Root, current: protobuf.Root): string[] {
  return definitions(released).flatMap((old) => {
    const now = definitions(current).find(({ fullName }) => fullName === old.fullName);
    const name = old.fullName.slice(1);
    if (old instanceof protobuf.Type) {
      return now instanceof protobuf.Type ? brokenFields(name, old, now) : [`${name}: the message is gone`];
    }
    return now instanceof protobuf.Enum ? brokenValues(name, old, now) : [`${name}: the enum is gone`];
  });
}

function definitions(namespace: protobuf.NamespaceBase): (protobuf.Type | protobuf.Enum)[] {
  return namespace.nestedArray.flatMap((nested) => [
    ...(nested instanceof protobuf.Type || nested instanceof protobuf.Enum ? [nested] : []),
    ...(nested instanceof protobuf.Namespace ? definitions(nested) : []),
  ]);
}

function brokenFields(name: string, old: protobuf.Type, now: protobuf.Type): string[] {
  return old.fieldsArray.flatMap((field) => {
    const same = now.fieldsById[field.id];
    if (!same) return [`${name}: number ${field.id} (${field.name}) is gone`];
    const [was, is] = [signature(field), signature(same)];
    return was === is ? [] : [`${name}: number ${field.id} was "${was}" and is "${is}"`];
  });
}

function brokenValues(name: string, old: protobuf.Enum, now: protobuf.Enum): string[] {
  return Object.entries(old.values).flatMap(([value, id]) =>
    now.values[value] === id ? [] : [`${name}: ${value} = ${id} is gone`],
  );
}

/** All that a field's number stands for. */
function signature(field: protobuf.Field): string {
  const key = field instanceof protobuf.MapField ? `map by ${field.keyType} of ` : '';
  const oneof = field.partOf ? ` in ${field.partOf.name}` : '';
  return `${field.repeated ? 'repeated ' : ''}${key}${field.resolvedType?.fullName.slice(1) ?? field.type} ${field.name}${oneof}`;
}
