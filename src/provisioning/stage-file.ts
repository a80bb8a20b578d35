/** A file of any format and encoding -> rows of the desired list, and how it was understood. */
import type { Scratch } from '../storage/scratch.ts'
import { createDesired, type Desired } from './desired.ts'
import { encodingNames, findEncoding, readText } from './encoding.ts'
import { findFormat } from './format.ts'
import type { Staged, Staging } from './kinds.ts'
import { defineLeavers } from './leavers.ts'
import { kinds, lists } from './lists.ts'
import { byLine, createPaths } from './naming.ts'
import { refused } from './refused.ts'
import type { SourceFile } from './source-file.ts'
import { stageCsv } from './stage-csv.ts'
import { stageJson } from './stage-json.ts'

type Read = Readonly<{ desired: Desired; staged: Staged }>

/** Throws Failure 'resource-invalid' for a file that cannot be read as a whole. */
export async function stageFile(
  file: SourceFile,
  scratch: Scratch,
  staging: Staging,
): Promise<Read> {
  const encoding = await findEncoding(file)
  const format = await findFormat(file, readText(file, encoding))
  if (format === 'json' && encoding === 'windows-1252') {
    throw refused(`${file.name} is not UTF-8, as JSON has to be: save it as UTF-8`)
  }
  const texts = readText(file, encoding)
  const { desired, staged } =
    format === 'json'
      ? await readAsJson(scratch, texts, staging)
      : await readAsCsv(scratch, texts, staging)
  const form = `${format.toUpperCase()}, ${encodingNames[encoding]}, ${staged.form}.`
  return { desired, staged: { ...staged, understood: [form, ...staged.understood] } }
}

async function readAsCsv(
  scratch: Scratch,
  texts: AsyncIterable<string>,
  staging: Staging,
): Promise<Read> {
  const desired = define(createDesired(scratch, byLine))
  return { desired, staged: await stageCsv(desired, texts, staging) }
}

async function readAsJson(
  scratch: Scratch,
  texts: AsyncIterable<string>,
  staging: Staging,
): Promise<Read> {
  const naming = createPaths(scratch)
  const desired = { ...define(createDesired(scratch, naming)), naming }
  return { desired, staged: await stageJson(desired, texts, staging) }
}

/** Lists look for each other's rows, so all tables are there. */
function define(desired: Desired): Desired {
  for (const kind of kinds) lists[kind].define(desired)
  defineLeavers(desired)
  return desired
}
