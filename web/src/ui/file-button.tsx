/**
 * A button that opens the file picker: a real file input under a label that looks like a primary button, so keys,
 * screen readers and tests find what they know.
 */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components'
import type { ReactNode, Ref } from 'react'

const useStyles = makeStyles({
  label: {
    display: 'inline-flex',
    alignItems: 'center',
    justifyContent: 'center',
    gap: tokens.spacingHorizontalS,
    minHeight: '40px',
    boxSizing: 'border-box',
    padding: `${tokens.spacingVerticalS} ${tokens.spacingHorizontalL}`,
    // As Button.
    borderRadius: '10px',
    fontFamily: tokens.fontFamilyBase,
    fontSize: tokens.fontSizeBase300,
    lineHeight: tokens.lineHeightBase300,
    fontWeight: tokens.fontWeightSemibold,
    cursor: 'pointer',
    transitionProperty: 'background-color, border-color',
    transitionDuration: tokens.durationFaster,
    ':focus-within:has(:focus-visible)': {
      outline: `2px solid ${tokens.colorStrokeFocus2}`,
      outlineOffset: '2px',
    },
  },
  primary: {
    color: tokens.colorNeutralForegroundOnBrand,
    backgroundColor: tokens.colorBrandBackground,
    border: `1px solid transparent`,
    ':hover': { backgroundColor: tokens.colorBrandBackgroundHover },
    ':active': { backgroundColor: tokens.colorBrandBackgroundPressed },
    '@media (forced-colors: active)': { border: '1px solid ButtonText' },
  },
  secondary: {
    color: tokens.colorNeutralForeground1,
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    ':hover': { backgroundColor: tokens.colorNeutralBackground1Hover },
    ':active': { backgroundColor: tokens.colorNeutralBackground1Pressed },
  },
  disabled: {
    color: tokens.colorNeutralForegroundDisabled,
    backgroundColor: tokens.colorNeutralBackgroundDisabled,
    cursor: 'not-allowed',
    ':hover': { backgroundColor: tokens.colorNeutralBackgroundDisabled },
    ':active': { backgroundColor: tokens.colorNeutralBackgroundDisabled },
  },
  icon: { display: 'inline-flex', fontSize: '20px' },
  input: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    margin: '-1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
})

type Props = Readonly<{
  look?: 'primary' | 'secondary' | undefined
  icon?: ReactNode
  /** As of the attribute `accept`. */
  accept: string
  disabled?: boolean | undefined
  /** Of the input. */
  ref?: Ref<HTMLInputElement> | undefined
  /** Several files can be chosen at once. */
  multiple?: boolean | undefined
  onChosen: (files: readonly [File, ...File[]]) => void
  children: ReactNode
}>

export function FileButton({
  look = 'primary',
  icon,
  accept,
  disabled,
  ref,
  multiple,
  onChosen,
  children,
}: Props) {
  const styles = useStyles()
  return (
    <label className={mergeClasses(styles.label, styles[look], disabled && styles.disabled)}>
      {icon && (
        <span className={styles.icon} aria-hidden="true">
          {icon}
        </span>
      )}
      {children}
      <input
        ref={ref}
        className={styles.input}
        type="file"
        accept={accept}
        disabled={disabled}
        multiple={multiple}
        onChange={({ target }) => {
          const [first, ...others] = target.files ?? []
          // The same file may be chosen again.
          target.value = ''
          if (first) onChosen([first, ...others])
        }}
      />
    </label>
  )
}
