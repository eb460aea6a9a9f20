// A number as slider and typed box, linear or logarithmic; moving tells of every value, letting go commits.
import { Slider } from '@base-ui/react/slider'
import { Control } from './Control.tsx'
import type { NumberOption } from './definitions.ts'
import { setting } from './format.ts'
import { NumberBox } from './NumberBox.tsx'
import type { OptionControlProps } from './OptionControl.tsx'
import styles from './SliderControl.module.css'
import { scaleOf } from './scale.ts'

export function SliderControl({
  definition,
  value,
  label,
  onChange,
  onCommit,
}: OptionControlProps<NumberOption, number>) {
  const scale = scaleOf(definition)
  return (
    <Control
      definition={definition}
      value={value}
      label={label}
      onReset={() => onCommit(definition.default)}
      aside={<NumberBox option={definition} value={value} label={label} onCommit={onCommit} />}
    >
      {(labelId, helpId) => (
        <Slider.Root
          value={scale.toPlace(value)}
          min={scale.min}
          max={scale.max}
          step={scale.step}
          largeStep={scale.step * 10}
          onValueChange={(place) => onChange(scale.toValue(place))}
          onValueCommitted={(place) => onCommit(scale.toValue(place))}
        >
          <Slider.Control className={styles.control}>
            <Slider.Track className={styles.track}>
              <Slider.Indicator className={styles.indicator} />
              <Slider.Thumb
                className={styles.thumb}
                aria-labelledby={labelId}
                aria-describedby={helpId}
                getAriaValueText={(_, place) => `${setting(scale.toValue(place))} ${definition.unit ?? ''}`}
              />
            </Slider.Track>
          </Slider.Control>
        </Slider.Root>
      )}
    </Control>
  )
}
