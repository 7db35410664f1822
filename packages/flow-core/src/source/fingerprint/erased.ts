/** What TypeScript erases: it neither runs nor counts. Everything that is not named here does. */
import type { Node } from '../ast';

/** Fields that only hold types, or modifiers without effect on what runs. */
const FIELDS = new Set([
  'type',
  'start',
  'end',
  'range',
  'loc',
  'parent',
  'typeAnnotation',
  'typeParameters',
  'typeArguments',
  'superTypeArguments',
  'returnType',
  'implements',
  'accessibility',
  'override',
  'readonly',
  'definite',
  'abstract',
]);

const NODES = new Set([
  'TSInterfaceDeclaration',
  'TSTypeAliasDeclaration',
  'TSDeclareFunction',
  'TSAbstractMethodDefinition',
  'TSAbstractPropertyDefinition',
  'TSAbstractAccessorProperty',
  'TSIndexSignature',
  'TSNamespaceExportDeclaration',
]);

export function isErasedField(name: string): boolean {
  return FIELDS.has(name);
}

export function isErased(node: Node): boolean {
  if (NODES.has(node.type)) return true;
  switch (node.type) {
    case 'VariableDeclaration':
    case 'ClassDeclaration':
    case 'TSEnumDeclaration':
    case 'TSModuleDeclaration':
      return node.declare === true;
    case 'MethodDefinition':
      // The head of an overload.
      return node.value?.type === 'TSEmptyBodyFunctionExpression';
    case 'ImportDeclaration':
    case 'TSImportEqualsDeclaration':
      return node.importKind === 'type';
    case 'ExportNamedDeclaration':
    case 'ExportAllDeclaration':
    case 'ExportDefaultDeclaration':
      return node.exportKind === 'type' || (node.declaration ? isErased(node.declaration) : false);
    default:
      return false;
  }
}
