// A bar chart, loaded only where one is drawn.
import { BarChart } from "echarts/charts";
import { GridComponent, TooltipComponent } from "echarts/components";
import { init, use as register } from "echarts/core";
import { SVGRenderer } from "echarts/renderers";
import { useEffect, useRef } from "react";

register([BarChart, GridComponent, TooltipComponent, SVGRenderer]);

interface BarsProps {
  bars: { name: string; value: number; tip: string }[];
  height: number;
  label: string;
  axis: string;
  onPick: (index: number) => void;
}

export default function Bars({ bars, height, label, axis, onPick }: BarsProps) {
  const element = useRef<HTMLDivElement>(null);
  const latest = useRef({ bars, onPick });
  useEffect(() => {
    latest.current = { bars, onPick };
  });

  useEffect(() => {
    if (!element.current) return;
    const chart = init(element.current, undefined, { renderer: "svg" });
    chart.on("click", ({ dataIndex }) => latest.current.onPick(dataIndex));
    chart.setOption({
      animationDuration: 250,
      grid: { left: 8, right: 8, top: 28, bottom: 4, outerBoundsMode: "same" },
      tooltip: {
        trigger: "axis",
        axisPointer: { type: "shadow" },
        formatter: (points: { dataIndex: number }[]) => latest.current.bars[points[0]?.dataIndex ?? 0]?.tip ?? "",
      },
      xAxis: { type: "category", axisTick: { show: false }, axisLabel: { color: "#5a6172" }, axisLine: { lineStyle: { color: "#c9cdd8" } } },
      yAxis: {
        type: "value",
        min: 0,
        name: axis,
        nameTextStyle: { color: "#5a6172", align: "left" },
        axisLabel: { color: "#5a6172" },
        splitLine: { lineStyle: { color: "#e3e5ec" } },
      },
      series: [{ type: "bar", data: [], itemStyle: { color: "#2b46c0", borderRadius: [4, 4, 0, 0] }, barMaxWidth: 34 }],
    });
    const resize = new ResizeObserver(() => chart.resize());
    resize.observe(element.current);
    const drawn = element.current;
    drawnCharts.set(drawn, chart);
    return () => {
      resize.disconnect();
      drawnCharts.delete(drawn);
      chart.dispose();
    };
  }, [axis]);

  useEffect(() => {
    const chart = element.current && drawnCharts.get(element.current);
    chart?.setOption({
      xAxis: { data: bars.map(({ name }) => name) },
      series: [{ data: bars.map(({ value }) => value) }],
    });
  }, [bars, axis]);

  return <div ref={element} role="img" aria-label={label} style={{ height }} />;
}

const drawnCharts = new WeakMap<HTMLElement, ReturnType<typeof init>>();
