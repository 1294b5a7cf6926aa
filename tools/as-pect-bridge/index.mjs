/**
 * Lets as-pect 8.1.0 reflect classes under AssemblyScript 0.28.
 *
 * as-pect's own transform asks for syntax nodes by number, and the numbers it knows are those of
 * AssemblyScript 0.27. They moved by one in 0.28, so its transform finds no class and specs that compare
 * objects do not compile. This transform asks by class instead, then hands as-pect's generators a copy of
 * each class declaration that carries the numbers they expect.
 *
 * It is a package of its own (a `file:` dependency) because asc resolves transforms by package name only.
 */

import { createAddReflectedValueKeyValuePairsMember } from "@as-pect/transform/lib/createAddReflectedValueKeyValuePairsMember.js";
import { createStrictEqualsMember } from "@as-pect/transform/lib/createStrictEqualsMember.js";
import { ClassDeclaration, FieldDeclaration, MethodDeclaration, NamespaceDeclaration } from "assemblyscript";
import { Transform } from "assemblyscript/transform";

const FIELD_KIND_EXPECTED = 54;
const METHOD_KIND_EXPECTED = 58;
const OTHER_KIND = -1;

function expectedKind(member) {
  if (member instanceof FieldDeclaration) return FIELD_KIND_EXPECTED;
  if (member instanceof MethodDeclaration) return METHOD_KIND_EXPECTED;
  return OTHER_KIND;
}

function renumbered(declaration) {
  return {
    name: declaration.name,
    range: declaration.range,
    isGeneric: declaration.isGeneric,
    typeParameters: declaration.typeParameters,
    members: declaration.members.map((member) => ({
      name: member.name,
      range: member.range,
      kind: expectedKind(member),
      is: (flag) => member.is(flag),
    })),
  };
}

function addReflection(statements) {
  for (const statement of statements) {
    // Interfaces derive from ClassDeclaration and cannot carry the generated methods, hence the exact test.
    if (statement.constructor === ClassDeclaration) {
      const declaration = renumbered(statement);
      statement.members.push(
        createStrictEqualsMember(declaration),
        createAddReflectedValueKeyValuePairsMember(declaration),
      );
    } else if (statement instanceof NamespaceDeclaration) {
      addReflection(statement.members);
    }
  }
}

export default class AsPectBridge extends Transform {
  afterParse(parser) {
    for (const source of parser.sources) addReflection(source.statements);
  }
}
