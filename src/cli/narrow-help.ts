/**
 * The layout of --help for any width: descriptions beside their flags, or below them if the terminal is narrow.
 * Commander does not wrap a column of less than 40 characters.
 */
import { Help } from 'commander'

const indent = 6
const minWidthBeside = 40

export const layout: Partial<Help> = {
  sortOptions: false,
  minWidthToWrap: 10,
  formatItem(term, termWidth, description, helper) {
    const width = helper.helpWidth ?? 80
    const longest = Math.max(...description.split(/\s/).map(word => word.length))
    if (width - termWidth - 4 >= Math.max(minWidthBeside, longest)) {
      return Help.prototype.formatItem.call(helper, term, termWidth, description, helper)
    }
    if (description === '') return `  ${term}`
    const below = helper.boxWrap(description, width - indent)
    return [term.padStart(term.length + 2), ...below.split('\n').map(pad)].join('\n')
  },
}

function pad(line: string): string {
  return ' '.repeat(indent) + line
}
