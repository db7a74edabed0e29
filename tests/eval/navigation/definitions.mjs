// What the TypeScript compiler says names stand for; a batch program of second_opinion.py.
// Run in the project's folder, with NODE_PATH naming the folder that holds `typescript`.
import { createRequire } from 'node:module'
import { readFileSync } from 'node:fs'
import path from 'node:path'

const require = createRequire(path.join(process.env.NODE_PATH ?? process.cwd(), 'any.js'))
const ts = require('typescript')
const root = process.cwd()

const lines = readFileSync(0, 'utf8').split('\n').filter(Boolean)
const places = lines.map((line) => {
  const [, file, row, column] = line.match(/^(.*) (\d+) (\d+)$/)
  return { file: path.join(root, file), row: Number(row), column: Number(column) }
})

const configPath = ts.findConfigFile(root, ts.sys.fileExists) ?? ''
const config = configPath ? ts.readConfigFile(configPath, ts.sys.readFile).config : {}
const parsed = ts.parseJsonConfigFileContent(config, ts.sys, root)
const options = { ...parsed.options, noEmit: true, allowJs: true, skipLibCheck: true }
const names = [...new Set([...parsed.fileNames, ...places.map((it) => it.file)])]

const service = ts.createLanguageService({
  getScriptFileNames: () => names,
  getScriptVersion: () => '1',
  getScriptSnapshot: (name) => {
    const text = ts.sys.readFile(name)
    return text === undefined ? undefined : ts.ScriptSnapshot.fromString(text)
  },
  getCurrentDirectory: () => root,
  getCompilationSettings: () => options,
  getDefaultLibFileName: (it) => ts.getDefaultLibFilePath(it),
  fileExists: ts.sys.fileExists,
  readFile: ts.sys.readFile,
  readDirectory: ts.sys.readDirectory,
  directoryExists: ts.sys.directoryExists,
  getDirectories: ts.sys.getDirectories,
})
const program = service.getProgram()

for (const { file, row, column } of places) {
  const source = program.getSourceFile(file)
  const offset = source && ts.getPositionOfLineAndCharacter(source, row, column)
  const found = source && service.getDefinitionAtPosition(file, offset)
  const targets = (found ?? []).map((it) => {
    const target = program.getSourceFile(it.fileName)
    const at = ts.getLineAndCharacterOfPosition(target, it.textSpan.start)
    const inside = it.fileName.startsWith(root + '/') && !it.fileName.includes('node_modules/')
    const name = inside ? path.relative(root, it.fileName) : '!' + it.fileName
    return [name, at.line, at.character]
  })
  console.log(JSON.stringify(source ? targets : null))
}
