#!/usr/bin/python3
"""The reference cluster's GPUs through VTK's glyph mapper, for comparison with `belvedere bench render`.

Draws 100,352 boxes in the reference floor plan, colours changing and camera moving every frame, and prints one JSON object.
Needs Debian's python3-vtk9 and a display: xvfb-run -s '-screen 0 1920x1080x24' tests/compare/vtk_glyphs.py [--frames N]
"""
import argparse, json, statistics, time
import numpy as np
import vtk
from vtk.util.numpy_support import numpy_to_vtk


def gpu_positions():
    """[100352, 3] metres: 4 halls × 7 rows × 56 racks × 8 nodes × 8 GPUs, racks of 0.8 × 1.2 × 2.3 m."""
    hall, row, rack, node, gpu = np.meshgrid(*map(np.arange, (4, 7, 56, 8, 8)), indexing="ij")
    x = (hall % 2) * 80 + rack * 0.8 + (rack // 8) * 2.0 + gpu * 0.095
    y = (hall // 2) * 50 + row * 3.3
    z = 0.3 + node * 0.24
    return np.stack([x, y, z], -1).reshape(-1, 3).astype(np.float32)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--frames", type=int, default=10)
    frames = parser.parse_args().frames
    positions = gpu_positions()
    points = vtk.vtkPoints()
    points.SetData(numpy_to_vtk(positions, deep=True))
    data = vtk.vtkPolyData()
    data.SetPoints(points)
    cube = vtk.vtkCubeSource()
    cube.SetXLength(0.085), cube.SetYLength(1.0), cube.SetZLength(0.2)
    mapper = vtk.vtkGlyph3DMapper()
    mapper.SetInputData(data)
    mapper.SetSourceConnection(cube.GetOutputPort())
    mapper.ScalingOff()
    mapper.SetScalarRange(0, 1)
    actor = vtk.vtkActor()
    actor.SetMapper(mapper)
    renderer = vtk.vtkRenderer()
    renderer.AddActor(actor)
    window = vtk.vtkRenderWindow()
    window.SetOffScreenRendering(1)
    window.SetSize(1920, 1080)
    window.AddRenderer(renderer)
    renderer.ResetCamera()
    renderer.GetActiveCamera().Elevation(-50)
    renderer.ResetCameraClippingRange()
    rng = np.random.default_rng(1)
    times_ms = []
    for frame in range(frames + 2):
        data.GetPointData().SetScalars(numpy_to_vtk(rng.random(len(positions), dtype=np.float32), deep=True))
        renderer.GetActiveCamera().Azimuth(0.2)
        begin = time.perf_counter()
        window.Render()
        window.WaitForCompletion()
        if frame >= 2:
            times_ms.append((time.perf_counter() - begin) * 1e3)
    print(json.dumps({"frame_ms_p50": round(statistics.median(times_ms), 2), "gpus": len(positions), "size": "1920x1080",
                      "frames": frames, "library": "VTK " + vtk.vtkVersion.GetVTKVersion()}))


if __name__ == "__main__":
    main()
