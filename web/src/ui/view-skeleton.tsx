/** The place of a view whose script is still loading: a heading and a card, where they will be. */
import { Card, Stack } from './layout.tsx'
import { Skeleton } from './skeleton.tsx'

export function ViewSkeleton() {
  return (
    <div aria-busy="true">
      <Stack gap="l">
        <Skeleton shape="line" width={220} height={40} />
        <Card>
          <Stack>
            <Skeleton shape="line" width="60%" />
            <Skeleton shape="line" width="80%" />
            <Skeleton shape="line" width="40%" />
          </Stack>
        </Card>
      </Stack>
    </div>
  )
}
