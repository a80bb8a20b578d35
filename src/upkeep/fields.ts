/** Turns a row of the database into the fields of a list. The fields are a table of functions. */

type Value = string | number | boolean | null
export type FieldsOf<Row> = Readonly<Record<string, (row: Row) => Value>>
export type Read<Fields extends FieldsOf<never>> = Readonly<{
  [Name in keyof Fields]: ReturnType<Fields[Name]>
}>

export function readFields<Row, Fields extends FieldsOf<Row>>(fields: Fields, row: Row) {
  const entries = Object.entries(fields).map(([name, read]) => [name, read(row)])
  return Object.fromEntries(entries) as Read<Fields>
}

/** ISO 8601. Null for rows that are older than the column. */
export function toTime(at: number | null): string | null {
  return at === null || at === 0 ? null : new Date(at).toISOString()
}
