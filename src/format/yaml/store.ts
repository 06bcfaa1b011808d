import type { EmitOptions, Source, Store } from '../store.ts'
import type { Branch, Node } from '../tree.ts'
import { emitYaml, YamlWriter, yamlIndent } from './emit.ts'
import { YamlSource } from './source.ts'

/** YAML as sops reads and writes it, text kept. */
export const yamlStore: Store = {
  name: 'yaml',
  parse(text: string, options?: EmitOptions): Source {
    return new YamlSource(text, options)
  },
  emit(documents: readonly Branch[], options: EmitOptions = {}): string {
    return emitYaml(documents, yamlIndent(options.indent))
  },
  emitValue(value: Node): string {
    // go-yaml's own default, whatever the configuration says: so does sops
    return value.kind === 'branch' ? emitYaml([value], yamlIndent()) : new YamlWriter(yamlIndent()).value(value)
  },
  withMetadata(document: Branch, metadata: Branch): Branch {
    return { kind: 'branch', items: [...document.items, { kind: 'entry', key: 'sops', value: metadata }] }
  },
  reservedName(document: Branch): string | undefined {
    return document.items.some((item) => item.kind === 'entry' && item.key === 'sops') ? 'sops' : undefined
  },
}
