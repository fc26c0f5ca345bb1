"""contui against Docker, Podman and the floor, as ratios: `./run bench [NAME…]`.

`__main__` reads the command line, `pen` keeps everything the engines make in namespaces that die
with the bench, `contenders` drives each engine by its command line, `scenarios` holds one subject a
file, `rounds` interleaves the measuring, `report` judges the result against the goals and shows it.
"""
