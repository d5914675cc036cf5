//! The share of a processor that a function of a size has, by a control group of this machine's own.

use std::{
    fs,
    path::{Path, PathBuf},
    process, thread,
    time::{Duration, Instant},
};

use anyhow::{anyhow, bail, Context, Result};

/// The memory, in MB, with which a function has one whole processor, by [Lambda's documentation].
///
/// [Lambda's documentation]: https://docs.aws.amazon.com/lambda/latest/dg/configuration-memory.html
pub const WHOLE_MB: u32 = 1769;

/// How long a share counts for. How long Lambda's do is not documented.
pub const PERIOD: Duration = Duration::from_millis(20);

/// How long the processes of a group may take to end.
const PATIENCE: Duration = Duration::from_secs(10);

/// The microseconds of a period that a function of a size may use.
pub fn quota_us(memory_mb: u32) -> u64 {
    PERIOD.as_micros() as u64 * u64::from(memory_mb) / u64::from(WHOLE_MB)
}

/// Which interface of the kernel's there is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Version {
    One,
    Two,
}

impl Version {
    /// The file that the limit is written to.
    fn limit(self) -> &'static str {
        match self {
            Self::One => "cpu.cfs_quota_us",
            Self::Two => "cpu.max",
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::One => "`cpu.cfs_quota_us` of a cgroup (v1)",
            Self::Two => "`cpu.max` of a cgroup (v2)",
        }
    }
}

/// A group of processes that share a part of a processor. It goes when this is dropped.
#[derive(Debug)]
pub struct CpuGroup {
    folder: PathBuf,
    version: Version,
}

impl CpuGroup {
    /// Makes one below the group that this process is in, or below one that holds that.
    ///
    /// # Errors
    ///
    /// If there is none below which a group can be limited.
    pub fn make() -> Result<Self> {
        let read = |path: &str| fs::read_to_string(path).with_context(|| format!("cannot read {path}"));
        let (groups, mounts) = (read("/proc/self/cgroup")?, read("/proc/self/mountinfo")?);
        let mut reasons = Vec::new();
        for version in [Version::Two, Version::One] {
            match own_folders(version, &groups, &mounts) {
                Some(folders) => {
                    for folder in folders {
                        match Self::below(&folder, version) {
                            Ok(group) => return Ok(group),
                            Err(error) => reasons.push(format!("{}: {error:#}", folder.display())),
                        }
                    }
                }
                None => reasons.push(format!("there is no {}", version.name())),
            }
        }
        bail!("no group of processes can be limited here: {}", reasons.join("; "))
    }

    fn below(parent: &Path, version: Version) -> Result<Self> {
        let folder = parent.join(format!("rules_rust_lambda_bench_{}", process::id()));
        fs::create_dir(&folder).context("cannot make a group")?;
        // From here on, it is removed whatever happens.
        let group = Self { folder, version };
        if !group.folder.join(version.limit()).exists() {
            bail!("its groups have no {}", version.limit());
        }
        group.limit(None)?;
        Ok(group)
    }

    /// How it limits, for the report.
    pub fn description(&self) -> &'static str {
        self.version.name()
    }

    /// Gives it the share of a function with so much memory, or takes the limit away.
    ///
    /// # Errors
    ///
    /// If the kernel refuses that.
    pub fn limit(&self, memory_mb: Option<u32>) -> Result<()> {
        let quota = memory_mb.map(quota_us);
        let period = PERIOD.as_micros();
        match self.version {
            Version::One => {
                self.write("cpu.cfs_period_us", &period.to_string())?;
                self.write(
                    self.version.limit(),
                    &quota.map_or("-1".to_owned(), |quota| quota.to_string()),
                )
            }
            Version::Two => {
                let quota = quota.map_or("max".to_owned(), |quota| quota.to_string());
                self.write(self.version.limit(), &format!("{quota} {period}"))
            }
        }
    }

    /// Takes in a process. What it starts from here on is in the group, too.
    ///
    /// # Errors
    ///
    /// If the kernel refuses that.
    pub fn take(&self, process: u32) -> Result<()> {
        self.write("cgroup.procs", &process.to_string())
    }

    /// Waits until its processes have ended.
    ///
    /// # Errors
    ///
    /// If they do not.
    pub fn wait_until_empty(&self) -> Result<()> {
        let began = Instant::now();
        let path = self.folder.join("cgroup.procs");
        loop {
            let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
            if text.trim().is_empty() {
                return Ok(());
            }
            if began.elapsed() > PATIENCE {
                bail!(
                    "processes stay in {}: {}",
                    self.folder.display(),
                    text.replace('\n', " ")
                );
            }
            thread::sleep(Duration::from_millis(1));
        }
    }

    fn write(&self, name: &str, value: &str) -> Result<()> {
        let path = self.folder.join(name);
        fs::write(&path, value).map_err(|error| anyhow!("cannot write {value:?} to {}: {error}", path.display()))
    }
}

impl Drop for CpuGroup {
    fn drop(&mut self) {
        // The kernel may still be busy with the last process.
        let began = Instant::now();
        while let Err(error) = fs::remove_dir(&self.folder) {
            if began.elapsed() > PATIENCE {
                eprintln!("cannot remove {}: {error}", self.folder.display());
                return;
            }
            thread::sleep(Duration::from_millis(10));
        }
    }
}

/// The folders of the group that this process is in, and of those that hold it, as `/proc/self/cgroup` and `/proc/self/mountinfo` tell.
fn own_folders(version: Version, groups: &str, mounts: &str) -> Option<Vec<PathBuf>> {
    let path = groups.lines().find_map(|line| {
        let mut fields = line.splitn(3, ':');
        let (number, controllers, path) = (fields.next()?, fields.next()?, fields.next()?);
        let is_it = match version {
            Version::One => controllers.split(',').any(|controller| controller == "cpu"),
            Version::Two => number == "0" && controllers.is_empty(),
        };
        is_it.then_some(path)
    })?;
    let (root, mount) = mounts.lines().find_map(|line| {
        let (before, after) = line.split_once(" - ")?;
        let mut before = before.split(' ').skip(3);
        let (root, mount) = (before.next()?, before.next()?);
        let mut after = after.split(' ');
        let (kind, options) = (after.next()?, after.nth(1)?);
        let is_it = match version {
            Version::One => kind == "cgroup" && options.split(',').any(|option| option == "cpu"),
            Version::Two => kind == "cgroup2",
        };
        is_it.then(|| (root, Path::new(mount)))
    })?;
    // What is mounted need not be the topmost group.
    let below = Path::new(path).strip_prefix(root).unwrap_or(Path::new(path));
    let own = mount.join(below.strip_prefix("/").unwrap_or(below));
    Some(
        own.ancestors()
            .take_while(|folder| folder.starts_with(mount))
            .map(|folder| folder.components().collect())
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use std::process::{Command, Stdio};

    use super::*;

    const MOUNTS: &str = "\
        30 25 0:26 / /sys/fs/cgroup ro,nosuid - tmpfs tmpfs ro,mode=755\n\
        31 30 0:27 / /sys/fs/cgroup/unified rw,nosuid shared:10 - cgroup2 cgroup2 rw,nsdelegate\n\
        32 30 0:29 /docker/1 /sys/fs/cgroup/cpu,cpuacct rw,nosuid shared:12 - cgroup cgroup rw,cpu,cpuacct\n\
        33 30 0:30 / /sys/fs/cgroup/cpuset rw,nosuid shared:13 - cgroup cgroup rw,cpuset\n";

    #[test]
    fn a_function_has_its_memorys_share() {
        assert_eq!([128, 512, 1769].map(quota_us), [1447, 5788, 20_000]);
    }

    #[test]
    fn the_own_group_is_found_with_those_that_hold_it() {
        let groups = "3:cpuset:/\n2:cpu,cpuacct:/docker/1/a\n0::/user.slice/one.scope\n";
        let folders = |version| own_folders(version, groups, MOUNTS).unwrap();
        assert_eq!(
            folders(Version::Two),
            [
                "/sys/fs/cgroup/unified/user.slice/one.scope",
                "/sys/fs/cgroup/unified/user.slice",
                "/sys/fs/cgroup/unified"
            ]
            .map(PathBuf::from)
        );
        assert_eq!(
            folders(Version::One),
            ["/sys/fs/cgroup/cpu,cpuacct/a", "/sys/fs/cgroup/cpu,cpuacct"].map(PathBuf::from)
        );
        assert_eq!(own_folders(Version::One, "0::/\n", MOUNTS), None);
        assert_eq!(
            own_folders(Version::Two, "0::/\n", MOUNTS).unwrap(),
            [PathBuf::from("/sys/fs/cgroup/unified")]
        );
    }

    #[test]
    fn a_folder_whose_groups_cannot_be_limited_says_so_and_stays_as_it_was() {
        let folder = tempfile::tempdir().unwrap();
        let error = CpuGroup::below(folder.path(), Version::Two).unwrap_err().to_string();
        assert_eq!(error, "its groups have no cpu.max");
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }

    #[test]
    fn a_process_gets_its_share_and_no_more() {
        let group = match CpuGroup::make() {
            Ok(group) => group,
            Err(error) => {
                // As in most sandboxes.
                eprintln!("not tested: {error:#}");
                return;
            }
        };
        let mut child = Command::new("sh")
            .args(["-c", "while :; do :; done"])
            .stdin(Stdio::null())
            .spawn()
            .unwrap();
        group.limit(Some(128)).unwrap();
        group.take(child.id()).unwrap();
        let ticks = || {
            let stat = fs::read_to_string(format!("/proc/{}/stat", child.id())).unwrap();
            let fields: Vec<_> = stat.rsplit(')').next().unwrap().split(' ').collect();
            fields[12].parse::<u64>().unwrap() + fields[13].parse::<u64>().unwrap()
        };
        let before = ticks();
        thread::sleep(Duration::from_secs(2));
        // A tick is 10 ms; 0.072 of two seconds are 14.
        let used = ticks() - before;
        child.kill().unwrap();
        child.wait().unwrap();
        assert!(used <= 30, "{used}");
        group.wait_until_empty().unwrap();
        let folder = group.folder.clone();
        drop(group);
        assert!(!folder.exists());
    }
}
