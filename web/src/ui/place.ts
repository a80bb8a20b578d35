/** Where the person is on the page: the path of the view below the base address, and going to another. */
import { createContext, useContext } from 'react'

export type Place = Readonly<{
  /** Such as '/groups'. */
  path: string
  go: (path: string) => void
  /** The address of a path, for links that open in a new tab. */
  addressOf: (path: string) => string
}>

export const PlaceContext = createContext<Place>({
  path: '/',
  go: () => {},
  addressOf: path => path,
})

export const usePlace = (): Place => useContext(PlaceContext)
