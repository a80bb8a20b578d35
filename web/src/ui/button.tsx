/** A button, in three looks. Large enough for a thumb. */
import { Button as FluentButton, makeStyles, mergeClasses } from '@fluentui/react-components'
import type { ButtonHTMLAttributes, ReactElement, Ref } from 'react'

const useStyles = makeStyles({
  button: { minHeight: '40px', minWidth: 0, borderRadius: '10px', paddingInline: '16px' },
  iconOnly: { minWidth: '40px', paddingInline: '8px' },
})

type Props = Readonly<{
  look?: 'primary' | 'secondary' | 'subtle'
  icon?: ReactElement
  /** Disabled, and yet it keeps the focus of who has just pressed it. */
  disabledFocusable?: boolean
  ref?: Ref<HTMLButtonElement>
}> &
  ButtonHTMLAttributes<HTMLButtonElement>

export function Button(props: Props) {
  const { look = 'secondary', icon, ref, className, disabled = false, children, ...rest } = props
  const styles = useStyles()
  const isIconOnly = children === undefined || children === null
  return (
    <FluentButton
      {...rest}
      disabled={disabled}
      appearance={look}
      className={mergeClasses(styles.button, isIconOnly && styles.iconOnly, className)}
      {...(icon && { icon })}
      // Fluent's type of this property leaves out React 19's.
      {...(ref && { ref: ref as Ref<never> })}
      {...(!isIconOnly && { children })}
    />
  )
}
