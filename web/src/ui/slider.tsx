/**
 * A slider: the browser's own, so keys, touch and screen readers work as people are used to, in the look of the page:
 * a round knob, and the way up to it filled.
 */
import { makeStyles, tokens } from '@fluentui/react-components'
import { type CSSProperties, useId } from 'react'

const thumb = {
  boxSizing: 'border-box',
  width: '20px',
  height: '20px',
  border: `4px solid ${tokens.colorNeutralBackground1}`,
  borderRadius: '50%',
  backgroundColor: tokens.colorCompoundBrandBackground,
  boxShadow: `0 0 0 1px ${tokens.colorNeutralStroke1}`,
} as const

const forced = '@media (forced-colors: active)'

const useStyles = makeStyles({
  slider: {
    flexGrow: 1,
    minWidth: 0,
    // The touch target is 44 pixels high; the track lies in its middle.
    height: '44px',
    margin: 0,
    cursor: 'pointer',
    appearance: 'none',
    backgroundColor: 'transparent',
    borderRadius: '12px',
    '::-webkit-slider-runnable-track': {
      height: '6px',
      borderRadius: '3px',
      // The middle of the knob goes from 10 pixels to 10 pixels before the end.
      backgroundImage: `linear-gradient(to right, ${tokens.colorCompoundBrandBackground} calc(10px + (100% - 20px) * var(--way)), ${tokens.colorNeutralStroke1} 0)`,
      [forced]: { backgroundImage: 'none', backgroundColor: 'CanvasText' },
    },
    '::-webkit-slider-thumb': { appearance: 'none', marginTop: '-7px', ...thumb },
    '::-moz-range-track': {
      height: '6px',
      borderRadius: '3px',
      backgroundColor: tokens.colorNeutralStroke1,
    },
    '::-moz-range-progress': {
      height: '6px',
      borderRadius: '3px',
      backgroundColor: tokens.colorCompoundBrandBackground,
    },
    '::-moz-range-thumb': thumb,
    ':disabled': { cursor: 'default', opacity: 0.5 },
    ':focus-visible': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: 0,
    },
  },
})

type Props = Readonly<{
  label: string
  value: number
  min: number
  max: number
  step: number
  /** The value in words. */
  valueText: string
  disabled?: boolean
  onChange: (value: number) => void
}>

export function Slider({ label, value, min, max, step, valueText, disabled, onChange }: Props) {
  const styles = useStyles()
  return (
    <input
      id={useId()}
      type="range"
      className={styles.slider}
      style={{ '--way': max > min ? (value - min) / (max - min) : 0 } as CSSProperties}
      aria-label={label}
      aria-valuetext={valueText}
      value={value}
      min={min}
      max={max}
      step={step}
      disabled={disabled}
      onChange={({ target }) => onChange(target.valueAsNumber)}
    />
  )
}
